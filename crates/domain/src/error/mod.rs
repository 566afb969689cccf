//! All failures of use cases. They do not know HTTP.

mod invalid;
mod limited;
mod not_begun;
mod provider;
mod quota;
mod reasons;
mod resource;

use std::borrow::Cow;

pub use invalid::{Invalid, InvalidReason};
pub use limited::Limited;
pub use not_begun::NotBegun;
pub use provider::{ProviderFailure, ProviderRefusal, RefusalKind, Report};
pub use quota::ExceededQuota;
pub use reasons::{Conflict, Forbidden, Unauthenticated};
pub use resource::Resource;

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
        param: Option<Cow<'static, str>>,
        /// A sentence about the form of its id, after a blank, if the given id is of another kind.
        hint: &'static str,
    },
    /// The link existed and has ended. A client with the link may know this.
    #[error("This link has ended: it expired, it was revoked, or what it showed was deleted.")]
    Gone,
    /// The request is valid, but the state of the object does not allow it.
    #[error("{0}")]
    Conflict(Conflict),
    /// A conflict of one item of a request, by its index.
    #[error("{}", .conflict.of_item(*.item))]
    ItemConflict { conflict: Conflict, item: usize },
    /// The object is not in the state that the change expects, and was not changed.
    #[error(
        "The object has changed, or If-Match is not its ETag, with the double quotes. Nothing was \
         changed: get the object again."
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
    #[error("The database cannot be reached at the moment. Try again shortly.")]
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
    /// The disk is full. If the database reported that, the cause is included.
    #[error(
        "The server's storage is full. Reading and deleting still work; the server's operator can \
         free space."
    )]
    StorageFull { found: Option<Source> },
    /// An error of this server. The cause is for the log only.
    #[error("This server failed. Its log has the cause, with the request id.")]
    Internal(#[source] Source),
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

    /// The error that this resource is absent, which was asked for by this id. The hint depends on
    /// the id alone, so it does not reveal what exists.
    pub fn absent_as(self, id: &str) -> Error {
        Error::NotFound {
            resource: self,
            param: None,
            hint: self.hint(id),
        }
    }
}

impl Error {
    /// Whether the database was too busy, or away, and has surely changed nothing.
    pub fn came_too_early(&self) -> bool {
        match self {
            Self::Overloaded { .. } | Self::Contended(_) => true,
            Self::Unavailable(source) => source.is::<NotBegun>(),
            _ => false,
        }
    }

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

    /// A conflict of the item at this index of the request.
    #[must_use]
    pub fn of_item(self, item: usize) -> Self {
        match self {
            Self::Conflict(conflict) => Self::ItemConflict { conflict, item },
            other => other,
        }
    }

    /// A value outside its allowed length, range or set.
    pub fn invalid(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(Invalid::new(InvalidReason::Value, param, message))
    }

    /// A field that must be given.
    pub fn missing(param: &str) -> Self {
        let message = format!("{param} is required.");
        Self::Invalid(Invalid::new(InvalidReason::Missing, param, message))
    }

    /// A value of another type of JSON.
    pub fn mistyped(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(Invalid::new(InvalidReason::Type, param, message))
    }

    /// A content that a conversation cannot keep.
    pub fn unkept(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(Invalid::new(InvalidReason::Unkept, param, message))
    }

    /// Puts `prefix` before the field: `content` becomes `items[3].content`, also where the message
    /// begins with it.
    #[must_use]
    pub fn within(self, prefix: &str) -> Self {
        match self {
            Self::Invalid(invalid) => Self::Invalid(invalid.within(prefix)),
            other => other,
        }
    }

    /// Adds the field that named the absent object.
    #[must_use]
    pub fn named_by(self, field: impl Into<Cow<'static, str>>) -> Self {
        match self {
            Self::NotFound { resource, hint, .. } => Self::NotFound {
                resource,
                param: Some(field.into()),
                hint,
            },
            other => other,
        }
    }
}
