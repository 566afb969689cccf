use crate::postgres::identity::users::{UserAccountRow, columns};
use crate::postgres::row::{Sql, sql};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

statement!(
    /// Turns a guest into an account; no row where the owner is not a guest. An account is never
    /// idle, whenever it was last active.
    MakeAccount<'a> {
        owner_id: Uuid => SqlUuid,
        now: DateTime<Utc> => Timestamptz,
        email: &'a str => Text,
        name: Option<&'a str> => Nullable<Text>,
        password_hash: &'a str => Text,
    } -> Sql<UserAccountRow>,
    sql!("with guest as (
        update users set active_at = 'infinity' where owner_id = $1 and kind = 0
        returning owner_id, kind, created_at
    ),
    account as (
        insert into accounts (owner_id, created_at, email, name, password_hash)
        select owner_id, $2, $3, $4, $5 from guest
        returning owner_id, email, name
    ),
    address as (
        insert into email_addresses (owner_id, email) select owner_id, email from account
    )
    select ", columns!("g."), "
    from guest g join account a on a.owner_id = g.owner_id")
);

statement!(
    Find { owner_id: Uuid => SqlUuid } -> Sql<UserAccountRow>,
    sql!(
        "select ", columns!("u."), "
        from users u left join accounts a on a.owner_id = u.owner_id
        where u.owner_id = $1"
    )
);

statement!(
    FindByEmail<'a> { email: &'a str => Text } -> UserPasswordRow {
        user: UserAccountRow => Sql<UserAccountRow>,
        password_hash: String => Text,
    },
    sql!(
        "select ", columns!("u."), ", a.password_hash
        from email_addresses e
        join accounts a on a.owner_id = e.owner_id
        join users u on u.owner_id = e.owner_id
        where e.email = $1"
    )
);

statement!(
    FindPassword { owner_id: Uuid => SqlUuid } -> PasswordRow {
        email: String => Text,
        password_hash: String => Text,
    },
    "select email, password_hash from accounts where owner_id = $1"
);

statement!(
    /// The user is locked before the account, as in a removal.
    LockUser { owner_id: Uuid => SqlUuid } -> (),
    "select from users where owner_id = $1 for no key update"
);

statement!(
    SetPassword<'a> {
        new: &'a str => Text,
        owner_id: Uuid => SqlUuid,
        old: Option<&'a str> => Nullable<Text>,
    } -> (),
    "update accounts set password_hash = $1
    where owner_id = $2 and password_hash = coalesce($3, password_hash)"
);
