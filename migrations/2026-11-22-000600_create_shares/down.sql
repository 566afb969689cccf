drop table share_tombstones;
drop table share_digests;
drop table shares;
