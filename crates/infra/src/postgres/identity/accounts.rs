use super::person::{ENDED, may_go_on};
use super::sessions::{InsertToken, end_others};
use super::users::{NewRow, Row, columns};
use crate::postgres::database::Database;
use crate::postgres::error::{inconsistent, storage, violates};
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::row::{Sql, sql};
use crate::postgres::schema::users;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::admission::Caller;
use domain::auth::{
    AccountStore, Email, Name, NewAccount, PasswordChange, PasswordHash, Person, RefreshToken,
    Upgraded, User,
};
use domain::error::Result;
use domain::id::OwnerId;
use uuid::Uuid;

/// Accounts in PostgreSQL.
pub struct PgAccounts(pub Database);

/// The constraint that an address belongs to one account.
const ADDRESS: &str = "email_addresses_pkey";
/// The constraint that a user has one account.
const ACCOUNT: &str = "accounts_pkey";

statement!(
    /// Turns a guest into an account; no row where the owner is not a guest. An account is never
    /// idle, whenever it was last active.
    MakeAccount<'a> {
        owner_id: Uuid => SqlUuid,
        now: DateTime<Utc> => Timestamptz,
        email: &'a str => Text,
        name: Option<&'a str> => Nullable<Text>,
        password_hash: &'a str => Text,
    } -> Sql<Row>,
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
    Find { owner_id: Uuid => SqlUuid } -> Sql<Row>,
    sql!(
        "select ", columns!("u."), "
        from users u left join accounts a on a.owner_id = u.owner_id
        where u.owner_id = $1"
    )
);

statement!(
    FindByEmail<'a> { email: &'a str => Text } -> (Sql<Row>, Text),
    sql!(
        "select ", columns!("u."), ", a.password_hash
        from email_addresses e
        join accounts a on a.owner_id = e.owner_id
        join users u on u.owner_id = e.owner_id
        where e.email = $1"
    )
);

statement!(
    FindPassword { owner_id: Uuid => SqlUuid } -> (Text, Text),
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

impl MakeAccount<'_> {
    fn of(owner: OwnerId, account: &NewAccount) -> MakeAccount<'_> {
        MakeAccount {
            owner_id: ids::stored(owner.ulid()),
            now: account.created_at,
            email: account.email.as_str(),
            name: account.name.as_ref().map(Name::as_str),
            password_hash: &account.password.0,
        }
    }
}

#[async_trait::async_trait]
impl AccountStore for PgAccounts {
    async fn insert(
        &self,
        caller: Caller,
        user: &User,
        account: &NewAccount,
        token: &RefreshToken,
    ) -> Result<bool> {
        let row = NewRow::of(user)?;
        let make = MakeAccount::of(user.id, account);
        let insert = InsertToken::of(user.id, token);
        let work = async |connection: &mut AsyncPgConnection| {
            diesel::insert_into(users::table)
                .values(row)
                .write(connection)
                .await?;
            make.write(connection).await?;
            insert.write(connection).await
        };
        let inserted = self
            .0
            .attempt(caller, async |connection| {
                connection.transaction(work).await
            })
            .await?;
        match inserted {
            Ok(_) => Ok(true),
            Err(error) if violates(&error, ADDRESS) => Ok(false),
            Err(error) => Err(storage(error)),
        }
    }

    async fn upgrade(
        &self,
        guest: Person,
        account: &NewAccount,
        token: &RefreshToken,
    ) -> Result<Upgraded> {
        let make = MakeAccount::of(guest.owner, account);
        let insert = InsertToken::of(guest.owner, token);
        let work = async |connection: &mut AsyncPgConnection| {
            if !may_go_on(connection, guest).await? {
                return Ok(None);
            }
            let made: Option<Row> = make.fetch_optional(connection).await?;
            if made.is_some() {
                insert.write(connection).await?;
            }
            Ok(Some(made))
        };
        let made = self
            .0
            .attempt(guest.owner, async |connection| {
                connection.transaction(work).await
            })
            .await?;
        match made {
            Ok(None) => Err(ENDED),
            Ok(Some(None)) => Ok(Upgraded::NotGuest),
            Ok(Some(Some(user))) => Ok(Upgraded::Done(user.try_into()?)),
            Err(error) if violates(&error, ACCOUNT) => Ok(Upgraded::NotGuest),
            Err(error) if violates(&error, ADDRESS) => Ok(Upgraded::Taken),
            Err(error) => Err(storage(error)),
        }
    }

    async fn find(&self, owner: OwnerId) -> Result<Option<User>> {
        let owner_id = ids::stored(owner.ulid());
        let find = Find { owner_id };
        let found: Option<Row> = self
            .0
            .run(owner, async |connection| {
                find.fetch_optional(connection).await
            })
            .await?;
        found.map(User::try_from).transpose()
    }

    async fn find_by_email(
        &self,
        caller: Caller,
        email: &Email,
    ) -> Result<Option<(User, PasswordHash)>> {
        let email = email.as_str();
        let find = FindByEmail { email };
        let found: Option<(Row, String)> = self
            .0
            .run(caller, async |connection| {
                find.fetch_optional(connection).await
            })
            .await?;
        found
            .map(|(row, hash)| Ok((row.try_into()?, PasswordHash(hash))))
            .transpose()
    }

    async fn find_password(&self, owner: OwnerId) -> Result<Option<(Email, PasswordHash)>> {
        let owner_id = ids::stored(owner.ulid());
        let find = FindPassword { owner_id };
        let found: Option<(String, String)> = self
            .0
            .run(owner, async |connection| {
                find.fetch_optional(connection).await
            })
            .await?;
        found
            .map(|(email, hash)| {
                let email = Email::parse(&email).map_err(inconsistent)?;
                Ok((email, PasswordHash(hash)))
            })
            .transpose()
    }

    /// A concurrent sign-in with the old password either holds the account's row first, and the
    /// deletion sees its session; or it waits for the row, and finds another password.
    async fn set_password(&self, person: Person, change: &PasswordChange) -> Result<bool> {
        let owner_id = ids::stored(person.owner.ulid());
        let kept = person.session.map(|kept| ids::stored(kept.ulid()));
        let lock = LockUser { owner_id };
        let set = SetPassword {
            new: &change.new.0,
            owner_id,
            old: change.old.as_ref().map(|old| old.0.as_str()),
        };
        let work = async |connection: &mut AsyncPgConnection| {
            lock.write(connection).await?;
            if !may_go_on(connection, person).await? {
                return Ok(None);
            }
            if set.write(connection).await? == 0 {
                return Ok(Some(false));
            }
            end_others(connection, owner_id, kept).await?;
            Ok(Some(true))
        };
        let set = self
            .0
            .run(person.owner, async |connection| {
                connection.transaction(work).await
            })
            .await?;
        set.ok_or(ENDED)
    }
}
