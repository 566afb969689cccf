drop table removed_owners;
