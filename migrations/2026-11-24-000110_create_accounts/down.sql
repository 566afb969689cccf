drop table email_addresses;
drop table accounts;
