mod statements;

use super::person::{ENDED, may_go_on};
use super::sessions::{InsertToken, end_others};
use super::users::{NewUserRow, UserAccountRow};
use crate::postgres::database::Database;
use crate::postgres::error::{inconsistent, storage, violates};
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::schema::users;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::admission::Caller;
use domain::auth::{
    AccountStore, Email, Name, NewAccount, PasswordChange, PasswordHash, Person, RefreshToken,
    Upgraded, User,
};
use domain::error::Result;
use domain::id::OwnerId;
use statements::{
    Find, FindByEmail, FindPassword, LockUser, MakeAccount, PasswordRow, SetPassword,
    UserPasswordRow,
};

/// Accounts in PostgreSQL.
pub struct PgAccounts(pub Database);

/// The constraint that an address belongs to one account.
const ADDRESS: &str = "email_addresses_pkey";
/// The constraint that a user has one account.
const ACCOUNT: &str = "accounts_pkey";

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
        let row = NewUserRow::of(user)?;
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
            let made: Option<UserAccountRow> = make.fetch_optional(connection).await?;
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
        let found: Option<UserAccountRow> = self
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
        let found: Option<UserPasswordRow> = self
            .0
            .run(caller, async |connection| {
                find.fetch_optional(connection).await
            })
            .await?;
        found
            .map(|row| Ok((row.user.try_into()?, PasswordHash(row.password_hash))))
            .transpose()
    }

    async fn find_password(&self, owner: OwnerId) -> Result<Option<(Email, PasswordHash)>> {
        let owner_id = ids::stored(owner.ulid());
        let find = FindPassword { owner_id };
        let found: Option<PasswordRow> = self
            .0
            .run(owner, async |connection| {
                find.fetch_optional(connection).await
            })
            .await?;
        found
            .map(|row| {
                let email = Email::parse(&row.email).map_err(inconsistent)?;
                Ok((email, PasswordHash(row.password_hash)))
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
