//! Maps the domain's errors to codes, in one match without a wildcard: a new error of the domain
//! does not compile until it has a code here.

use super::{ApiError, Code, code, provider};
use actix_web::http::header::{self, HeaderValue};
use domain::error::{
    Conflict, Error, Forbidden, Invalid, InvalidReason, Resource, Unauthenticated,
};

/// The seconds after which to retry when the database is away or busy.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

/// The seconds after which there may be free space again.
const SPACE_AFTER: HeaderValue = HeaderValue::from_static("60");

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        let (code, param) = match &error {
            Error::Invalid(Invalid { param, reason, .. }) => (invalid(*reason), param.clone()),
            Error::NotFound {
                resource, param, ..
            } => (absent(*resource), param.as_deref().map(str::to_owned)),
            Error::Conflict(
                waiting @ (Conflict::IdempotencyInProgress | Conflict::ConversationLocked),
            ) => {
                return Self::new(conflicting(*waiting).0, message)
                    .header(header::RETRY_AFTER, RETRY_AFTER)
                    .worth_repeating();
            }
            Error::Conflict(conflict) => return refused(*conflict, None, message),
            Error::ItemConflict { conflict, item } => {
                return refused(*conflict, Some(*item), message);
            }
            Error::Unauthenticated(reason) => {
                let (code, challenge) = unauthenticated(*reason);
                return Self::new(code, message).header(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static(challenge),
                );
            }
            Error::Gone => (code::SHARE_ENDED, None),
            Error::Stale => (code::PRECONDITION_FAILED, Some("If-Match".to_owned())),
            Error::Forbidden(reason) => (forbidden(*reason), None),
            Error::Provider(failure) => return provider::answer(failure).logged_as(error),
            Error::RateLimited { retry_after, .. } => {
                return Self::new(code::RATE_LIMITED, message)
                    .header(header::RETRY_AFTER, HeaderValue::from(*retry_after))
                    .logged_as(error);
            }
            Error::Overloaded { retry_after } => {
                return Self::new(code::SERVER_BUSY, message)
                    .header(header::RETRY_AFTER, HeaderValue::from(*retry_after));
            }
            Error::IssuerUnavailable { retry_after } => {
                return Self::new(code::ISSUER_UNAVAILABLE, message)
                    .header(header::RETRY_AFTER, HeaderValue::from(*retry_after));
            }
            Error::Contended(_) => {
                return Self::new(code::SERVER_BUSY, message)
                    .header(header::RETRY_AFTER, RETRY_AFTER)
                    .logged_as(error);
            }
            Error::Unavailable(_) | Error::Unanswered(_) => {
                return Self::new(code::DATABASE_UNAVAILABLE, message)
                    .header(header::RETRY_AFTER, RETRY_AFTER)
                    .logged_as(error);
            }
            Error::StorageFull { .. } => {
                return Self::new(code::STORAGE_FULL, message)
                    .header(header::RETRY_AFTER, SPACE_AFTER)
                    .logged_as(error);
            }
            Error::Internal(_) => {
                return Self::new(code::INTERNAL_ERROR, message).logged_as(error);
            }
        };
        Self {
            param,
            is_unkept: is_unkept(&error),
            ..Self::new(code, message)
        }
    }
}

fn is_unkept(error: &Error) -> bool {
    matches!(error, Error::Invalid(invalid) if invalid.reason == InvalidReason::Unkept)
}

/// A conflict that the same request would meet again; of one of the request's items, if there is one.
fn refused(conflict: Conflict, item: Option<usize>, message: String) -> ApiError {
    let (code, param) = conflicting(conflict);
    let param = match (item, param) {
        (None, param) => param.map(str::to_owned),
        (Some(item), None) => Some(format!("items[{item}]")),
        (Some(item), Some(param)) => Some(format!("items[{item}].{param}")),
    };
    ApiError {
        param,
        ..ApiError::new(code, message)
    }
    .not_to_be_repeated()
}

fn invalid(reason: InvalidReason) -> &'static Code {
    match reason {
        InvalidReason::Value | InvalidReason::Unkept => code::INVALID_VALUE,
        InvalidReason::Missing => code::MISSING_FIELD,
        InvalidReason::Type => code::INVALID_TYPE,
        InvalidReason::Twice => code::DUPLICATE_FIELD,
        InvalidReason::Cursor => code::INVALID_CURSOR,
        InvalidReason::NulCharacter => code::NUL_CHARACTER,
        InvalidReason::Password => code::PASSWORD_WRONG,
    }
}

fn forbidden(reason: Forbidden) -> &'static Code {
    match reason {
        Forbidden::GuestLoginDisabled => code::GUEST_LOGIN_DISABLED,
        Forbidden::RegistrationDisabled => code::REGISTRATION_DISABLED,
        Forbidden::ApiKey => code::API_KEY_NOT_ALLOWED,
        Forbidden::Operator => code::OPERATOR_STAYS,
        Forbidden::ShareReadOnly => code::SHARE_READ_ONLY,
    }
}

fn absent(resource: Resource) -> &'static Code {
    match resource {
        Resource::ApiKey => code::API_KEY_NOT_FOUND,
        Resource::Conversation => code::CONVERSATION_NOT_FOUND,
        Resource::Item => code::ITEM_NOT_FOUND,
        Resource::Project => code::PROJECT_NOT_FOUND,
        Resource::Response => code::RESPONSE_NOT_FOUND,
        Resource::Session => code::SESSION_NOT_FOUND,
        Resource::Share => code::SHARE_NOT_FOUND,
        Resource::Version => code::VERSION_NOT_FOUND,
    }
}

fn conflicting(conflict: Conflict) -> (&'static Code, Option<&'static str>) {
    match conflict {
        Conflict::ConversationFull => (code::CONVERSATION_FULL, None),
        Conflict::CallIdConflict => (code::CALL_ID_CONFLICT, Some("call_id")),
        Conflict::ShareFull => (code::SHARE_FULL, None),
        Conflict::ReplyPositionTaken => (code::REPLY_POSITION_TAKEN, None),
        Conflict::EmailTaken => (code::EMAIL_TAKEN, Some("email")),
        Conflict::NotGuest => (code::NOT_A_GUEST, None),
        Conflict::UpgradeRefused => (code::UPGRADE_REFUSED, None),
        Conflict::QuotaExceeded(quota) => (code::QUOTA_EXCEEDED, Some(quota.name())),
        Conflict::NotAccount => (code::NOT_AN_ACCOUNT, None),
        Conflict::ApiKeysFull => (code::API_KEYS_FULL, None),
        Conflict::IdempotencyKeyReused => (code::IDEMPOTENCY_KEY_REUSED, Some("Idempotency-Key")),
        Conflict::IdempotencyInProgress => (code::IDEMPOTENCY_IN_PROGRESS, None),
        Conflict::ConversationLocked => (code::CONVERSATION_LOCKED, None),
        Conflict::TurnCancelled => (code::TURN_CANCELLED, None),
    }
}

/// The code and the challenge (RFC 6750, 3). A refused refresh token is an error in the body, but
/// 401 requires a challenge all the same.
fn unauthenticated(reason: Unauthenticated) -> (&'static Code, &'static str) {
    match reason {
        Unauthenticated::Missing => (code::TOKEN_MISSING, "Bearer"),
        Unauthenticated::External => (code::TOKEN_INVALID, "Bearer error=\"invalid_token\""),
        Unauthenticated::Invalid => (code::TOKEN_INVALID, "Bearer error=\"invalid_token\""),
        Unauthenticated::SessionEnded => (code::TOKEN_INVALID, "Bearer error=\"invalid_token\""),
        Unauthenticated::Expired => (code::TOKEN_EXPIRED, "Bearer error=\"invalid_token\""),
        Unauthenticated::NotBearer
        | Unauthenticated::RefreshTokenAsAccess
        | Unauthenticated::ForeignKey => (code::TOKEN_INVALID, "Bearer error=\"invalid_token\""),
        Unauthenticated::AccessTokenAsKey => {
            (code::API_KEY_INVALID, "Bearer error=\"invalid_token\"")
        }
        Unauthenticated::ApiKey => (code::API_KEY_INVALID, "Bearer error=\"invalid_token\""),
        Unauthenticated::Several => (code::TOKEN_INVALID, "Bearer error=\"invalid_token\""),
        Unauthenticated::Password => (code::SIGN_IN_FAILED, "Bearer"),
        Unauthenticated::RefreshToken | Unauthenticated::AccessTokenAsRefresh => {
            (code::REFRESH_TOKEN_INVALID, "Bearer")
        }
    }
}
