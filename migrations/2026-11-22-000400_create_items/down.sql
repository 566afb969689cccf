drop table item_versions;
drop table items;
