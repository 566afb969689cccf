drop index share_tombstones_by_end;
drop index shares_by_end;
drop index shares_by_owner;
alter table shares drop column item_id;
