drop table api_key_digests;
drop table api_keys;
