//! All failures of use cases. Knows nothing of HTTP.

use crate::limits::Limited;
use crate::replies::ProviderFailure;
use crate::usage::Quota;

pub type Result<T> = std::result::Result<T, Error>;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// A failure, by its meaning to the caller.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's input breaks a rule.
    #[error("{}", .0.message)]
    Invalid(Invalid),
    /// The object does not exist, or belongs to another owner. The answer is the same for both.
    #[error("No such {resource}: it does not exist, it was deleted, or it is not yours.{hint}")]
    NotFound {
        resource: Resource,
        /// The field that named the object; `None` when the address named it.
        param: Option<&'static str>,
        /// How its id looks, with a blank before it, where the given one is of another kind.
        hint: &'static str,
    },
    /// The link existed and has ended. A caller who has the link may know that much.
    #[error("This link has ended: it expired, it was revoked, or what it showed was deleted.")]
    Gone,
    /// The request is valid, but the state of the object does not allow it.
    #[error("{0}")]
    Conflict(Conflict),
    /// The same for one of several items of a request: its place there.
    #[error("{}", .conflict.of_item(*.item))]
    ItemConflict { conflict: Conflict, item: usize },
    /// The object is not in the state in which it was to be changed. Nothing was changed.
    #[error(
        "The object has changed since, or If-Match is not the ETag of an answer with it, in its \
         double quotes. Nothing was changed: get it again."
    )]
    Stale,
    /// The caller did not prove their identity.
    #[error("{0}")]
    Unauthenticated(Unauthenticated),
    /// The caller may see this, but not do that.
    #[error("{0}")]
    Forbidden(Forbidden),
    /// The model provider failed.
    #[error("{0}")]
    Provider(#[from] ProviderFailure),
    /// Too many attempts; the next one is allowed after `retry_after` seconds.
    #[error("{} Try again in {retry_after} seconds.", .limited.exceeded())]
    RateLimited { limited: Limited, retry_after: u64 },
    /// Too many requests wait for the same resource; the caller should retry later.
    #[error("Too many requests are waiting for this. Try again in {retry_after} seconds.")]
    Overloaded { retry_after: u64 },
    /// A service that this one depends on cannot be reached now; the same request may succeed soon.
    #[error("The database cannot be reached at the moment. Nothing is lost; try again shortly.")]
    Unavailable(#[source] Source),
    /// No keys of the issuer of a token could be fetched so far.
    #[error(
        "The issuer of this token cannot be reached at the moment, and so it cannot be checked."
    )]
    IssuerUnavailable { retry_after: u64 },
    /// Other work held a lock or a connection for too long, or the database was too slow. The work
    /// was called off.
    #[error(
        "Other requests were changing the same object, or the database was too slow. Nothing was \
         changed; try again shortly."
    )]
    Contended(#[source] Source),
    /// The database did not report the result.
    #[error(
        "The database did not answer in time. If this request changes something, check whether it \
         did before you try again."
    )]
    Unanswered(#[source] Source),
    /// There is no room to store more. If the database reported that, the cause is included.
    #[error(
        "The server's storage is full. Reading and deleting still work; the server's operator can \
         make room."
    )]
    StorageFull { found: Option<Source> },
    /// An error of this server. The cause is for the log only.
    #[error("Something went wrong on our side. The request id helps us find it.")]
    Internal(#[source] Source),
}

/// A value that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The field, as a path such as `items[3].content`; `None` when the error is not about one
    /// field.
    pub param: Option<String>,
    pub reason: InvalidReason,
    /// A sentence a person can act on.
    pub message: String,
}

/// Which kind of rule a value breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidReason {
    /// Outside the allowed length, range or set.
    Value,
    /// A paging cursor that this list did not issue, or whose item was deleted.
    Cursor,
    /// Contains U+0000, which texts may not contain.
    NulCharacter,
    /// Is not the caller's password.
    Password,
    /// Is good for a model, but cannot be stored: only text can.
    Unkept,
}

/// The kinds of objects that can be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    ApiKey,
    Conversation,
    Item,
    Project,
    Session,
    Share,
    Version,
}

impl std::fmt::Display for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::ApiKey => "API key",
            Self::Conversation => "conversation",
            Self::Item => "item",
            Self::Project => "project",
            Self::Session => "session",
            Self::Share => "share",
            Self::Version => "version",
        })
    }
}

impl Resource {
    /// The prefixes of the object's id, and the sentence that tells them.
    fn shape(self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::ApiKey => (&["key_"], " Its id begins with `key_`."),
            Self::Conversation => (&["conv_"], " Its id begins with `conv_`."),
            Self::Item => (&["item_"], " Its id begins with `item_`."),
            Self::Project => (&["proj_"], " Its id begins with `proj_`."),
            Self::Session => (&["sess_"], " Its id begins with `sess_`."),
            Self::Share => (
                &["share_", "msg_share_"],
                " Its id begins with `share_` or `msg_share_`.",
            ),
            Self::Version => (&[], " Versions are numbered from 1."),
        }
    }

    /// The error that this resource is absent, which was asked for by this id. The hint depends on
    /// the id alone, so it does not reveal what exists.
    pub fn absent_as(self, id: &str) -> Error {
        let (prefixes, shape) = self.shape();
        let begins = |prefix: &&str| {
            let start = id.get(..prefix.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        Error::NotFound {
            resource: self,
            param: None,
            hint: if prefixes.iter().any(begins) {
                ""
            } else {
                shape
            },
        }
    }
}

/// The state that prevents the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    #[error("This conversation holds 10,000 messages, which is the limit. Start a new one.")]
    ConversationFull,
    #[error("Another message of this conversation has this call_id, with another role or content.")]
    CallIdConflict,
    #[error("200 messages have come through this link, which is the limit.")]
    ShareFull,
    #[error(
        "Another message stands where the reply belongs. Reply to the last message, or write an \
         assistant's message again."
    )]
    ReplyPositionTaken,
    #[error("An account with this e-mail address exists. Sign in, or use another address.")]
    EmailTaken,
    #[error("Only a guest can be upgraded, and this caller is not a guest.")]
    NotGuest,
    #[error("The guest cannot be upgraded with this e-mail address and password.")]
    UpgradeRefused,
    #[error("{0}")]
    QuotaExceeded(Quota),
    #[error(
        "You have no account, and so no password. POST /auth/upgrade makes a guest an account."
    )]
    NotAccount,
    #[error("You have 100 API keys, which is the limit; expired ones count. Revoke one first.")]
    ApiKeysFull,
    #[error(
        "Another turn of this conversation is being answered, and did not come to its end in time. Try \
         again, or end that one: POST /v1/conversations/{{conversation_id}}/cancel."
    )]
    ConversationLocked,
    #[error(
        "The turn was cancelled by POST /v1/conversations/{{conversation_id}}/cancel, and its \
         reply was not kept."
    )]
    TurnCancelled,
    #[error(
        "This Idempotency-Key was used in the last 24 hours with another address or body. A request \
         that is not a repeat needs a key of its own."
    )]
    IdempotencyKeyReused,
    #[error(
        "A request with this Idempotency-Key is still being answered. Send the same once more later: \
         it will be done once."
    )]
    IdempotencyInProgress,
}

impl Conflict {
    /// The sentence for the item at this place of a request.
    fn of_item(self, item: usize) -> String {
        match self {
            Self::ConversationFull => format!(
                "items[{item}] does not fit: a conversation holds at most 10,000 messages. Nothing \
                 was stored."
            ),
            other => format!("items[{item}]: {other}"),
        }
    }
}

/// Why a caller is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    #[error(
        "Send a token: `Authorization: Bearer <token>`. POST /auth/login or /auth/guest-login gives one."
    )]
    Missing,
    #[error(
        "The token is not one of ours, or is damaged. POST /auth/refresh-token gives a new one."
    )]
    Invalid,
    /// A token of an external issuer. The answer does not say why; the log does.
    #[error("The token is not accepted here. Get a new one from where you signed in.")]
    External,
    /// There is a credential without the word for its kind.
    #[error(
        "`Authorization` must begin with `Bearer `: `Authorization: Bearer <token>`, with an access \
         token or an API key."
    )]
    NotBearer,
    #[error(
        "This is a refresh token. Send it to POST /auth/refresh-token, and the access_token of that \
         answer here."
    )]
    RefreshTokenAsAccess,
    #[error(
        "This is an access token. Send it as `Authorization: Bearer <token>`; X-API-Key takes API keys, \
         which begin with `sk_`."
    )]
    AccessTokenAsKey,
    #[error(
        "This is a key of another service: those of this server begin with `sk_`, and POST \
         /auth/api-keys makes one."
    )]
    ForeignKey,
    #[error("This is an access token. Send the refresh_token of the same answer.")]
    AccessTokenAsRefresh,
    #[error("The token has expired. Get a new one from POST /auth/refresh-token.")]
    Expired,
    #[error("The session of this token has ended. Sign in again.")]
    SessionEnded,
    #[error("The refresh token is unknown, expired or already used. Sign in again.")]
    RefreshToken,
    /// The answer does not say which of the three it is.
    #[error("The API key is unknown, expired or was revoked. POST /auth/api-keys makes another.")]
    ApiKey,
    #[error("More than one credential was sent. Send one token, or one API key.")]
    Several,
    #[error("The e-mail address or the password is wrong.")]
    Password,
}

/// Actions that a known caller may not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    #[error("Guest accounts are switched off on this server (GUEST_LOGIN).")]
    GuestLoginDisabled,
    #[error("This link is read-only: messages cannot be added through it.")]
    ShareReadOnly,
    #[error("New accounts are switched off on this server (REGISTRATION).")]
    RegistrationDisabled,
    #[error("An API key may not do this. Sign in and use an access token.")]
    ApiKey,
    #[error(
        "The owner of an embedded database cannot be removed. Stop the service and delete DATA_DIR."
    )]
    Operator,
}

impl Error {
    /// Whether the failure is the server's and not the caller's.
    pub fn is_ours(&self) -> bool {
        matches!(
            self,
            Self::Overloaded { .. }
                | Self::Unavailable(_)
                | Self::IssuerUnavailable { .. }
                | Self::Contended(_)
                | Self::Unanswered(_)
                | Self::StorageFull { .. }
                | Self::Internal(_)
        )
    }

    /// A conflict of the item at this place of the request.
    #[must_use]
    pub fn of_item(self, item: usize) -> Self {
        match self {
            Self::Conflict(conflict) => Self::ItemConflict { conflict, item },
            other => other,
        }
    }

    /// A value outside its allowed length, range or set.
    pub fn invalid(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(Invalid {
            param: Some(param.into()),
            reason: InvalidReason::Value,
            message: message.into(),
        })
    }

    /// What a conversation cannot keep.
    pub fn unkept(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(Invalid {
            param: Some(param.into()),
            reason: InvalidReason::Unkept,
            message: message.into(),
        })
    }

    /// The same failure for the field at `prefix`: `content` becomes `items[3].content`, also where
    /// the message begins with it.
    #[must_use]
    pub fn within(self, prefix: &str) -> Self {
        match self {
            Self::Invalid(invalid) => {
                let named = invalid.param.as_ref().is_some_and(|param| {
                    let rest = invalid.message.strip_prefix(param);
                    rest.is_some_and(|rest| rest.starts_with(' '))
                });
                Self::Invalid(Invalid {
                    param: Some(match invalid.param {
                        Some(param) => format!("{prefix}.{param}"),
                        None => prefix.to_owned(),
                    }),
                    reason: invalid.reason,
                    message: match named {
                        true => format!("{prefix}.{}", invalid.message),
                        false => invalid.message,
                    },
                })
            }
            other => other,
        }
    }

    /// The same absence for the field that named the object.
    #[must_use]
    pub fn named_by(self, field: &'static str) -> Self {
        match self {
            Self::NotFound { resource, hint, .. } => Self::NotFound {
                resource,
                param: Some(field),
                hint,
            },
            other => other,
        }
    }
}

impl Resource {
    /// The error that this resource is absent.
    pub fn absent(self) -> Error {
        Error::NotFound {
            resource: self,
            param: None,
            hint: "",
        }
    }
}
