//! Why a request is refused: conflicts with a state, unknown callers, and actions that are not allowed.

use super::ExceededQuota;

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
        "Another message stands where the reply belongs. Reply to the last message, or regenerate \
         an assistant's message."
    )]
    ReplyPositionTaken,
    #[error("An account with this e-mail address exists. Sign in, or use another address.")]
    EmailTaken,
    #[error("Only a guest can be upgraded, and this caller is not a guest.")]
    NotGuest,
    #[error("The guest cannot be upgraded with this e-mail address and password.")]
    UpgradeRefused,
    #[error("{0}")]
    QuotaExceeded(ExceededQuota),
    #[error(
        "You have no account, so you have no password. POST /auth/upgrade turns a guest into an \
         account."
    )]
    NotAccount,
    #[error("You have 100 API keys, which is the limit; expired ones count. Revoke one first.")]
    ApiKeysFull,
    #[error(
        "Another turn of this conversation is still being answered. Try again later, or cancel it: \
         POST /v1/conversations/{{conversation_id}}/cancel."
    )]
    ConversationLocked,
    #[error(
        "The turn was cancelled by POST /v1/conversations/{{conversation_id}}/cancel, and its \
         reply was not kept."
    )]
    TurnCancelled,
    #[error(
        "This Idempotency-Key was used in the last 24 hours with another address or body. Use a new \
         key for a new request."
    )]
    IdempotencyKeyReused,
    #[error(
        "A request with this Idempotency-Key is still being answered. Send the same request again \
         later: it is done only once."
    )]
    IdempotencyInProgress,
}

impl Conflict {
    /// The sentence for the item at this index of a request.
    pub(super) fn of_item(self, item: usize) -> String {
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
        "The token is not from this server, or is damaged. POST /auth/refresh-token gives a new one."
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
