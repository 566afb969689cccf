drop table external_removals;
