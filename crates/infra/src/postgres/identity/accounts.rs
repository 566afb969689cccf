use super::sessions::TokenRow;
use super::users::{NewRow, Row, Sql};
use crate::postgres::database::Database;
use crate::postgres::error::{storage, violates};
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::schema::{refresh_tokens, users};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::auth::{
    AccountStore, Email, Name, NewAccount, PasswordHash, RefreshToken, Upgraded, User,
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
    /// Makes a guest an account; no row where there is no such guest. An account is never idle,
    /// whenever it was last active.
    MakeAccount<'a> {
        owner_id: Uuid => SqlUuid,
        now: DateTime<Utc> => Timestamptz,
        email: &'a str => Text,
        name: Option<&'a str> => Nullable<Text>,
        password_hash: &'a str => Text,
    } -> Sql,
    "with guest as (
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
    select g.owner_id, g.kind, g.created_at, a.email, a.name
    from guest g join account a on a.owner_id = g.owner_id"
);

statement!(
    Find { owner_id: Uuid => SqlUuid } -> Sql,
    "select u.owner_id, u.kind, u.created_at, a.email, a.name
    from users u left join accounts a on a.owner_id = u.owner_id
    where u.owner_id = $1"
);

statement!(
    FindByEmail<'a> { email: &'a str => Text } -> (Sql, Text),
    "select u.owner_id, u.kind, u.created_at, a.email, a.name, a.password_hash
    from email_addresses e
    join accounts a on a.owner_id = e.owner_id
    join users u on u.owner_id = e.owner_id
    where e.email = $1"
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
        user: &User,
        account: &NewAccount,
        token: &RefreshToken,
    ) -> Result<bool> {
        let row = NewRow::of(user)?;
        let make = MakeAccount::of(user.id, account);
        let token = TokenRow::new(user.id, token);
        let work = async |connection: &mut AsyncPgConnection| {
            diesel::insert_into(users::table)
                .values(row)
                .write(connection)
                .await?;
            make.write(connection).await?;
            diesel::insert_into(refresh_tokens::table)
                .values(token)
                .write(connection)
                .await
        };
        let inserted = self
            .0
            .attempt(async |connection| connection.transaction(work).await)
            .await?;
        match inserted {
            Ok(_) => Ok(true),
            Err(error) if violates(&error, ADDRESS) => Ok(false),
            Err(error) => Err(storage(error)),
        }
    }

    async fn upgrade(&self, owner: OwnerId, account: &NewAccount) -> Result<Upgraded> {
        let make = MakeAccount::of(owner, account);
        let made: QueryResult<Option<Row>> = self
            .0
            .attempt(async |connection| make.fetch_optional(connection).await)
            .await?;
        match made {
            Ok(None) => Ok(Upgraded::NotGuest),
            Ok(Some(user)) => Ok(Upgraded::Done(user.try_into()?)),
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
            .run(async |connection| find.fetch_optional(connection).await)
            .await?;
        found.map(User::try_from).transpose()
    }

    async fn find_by_email(&self, email: &Email) -> Result<Option<(User, PasswordHash)>> {
        let email = email.as_str();
        let find = FindByEmail { email };
        let found: Option<(Row, String)> = self
            .0
            .run(async |connection| find.fetch_optional(connection).await)
            .await?;
        found
            .map(|(row, hash)| Ok((row.try_into()?, PasswordHash(hash))))
            .transpose()
    }
}
