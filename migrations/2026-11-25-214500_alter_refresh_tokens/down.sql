delete from refresh_tokens t where not exists (select from users u where u.owner_id = t.owner_id);
alter table refresh_tokens add constraint refresh_tokens_owner_id_fkey
    foreign key (owner_id) references users on delete cascade;
