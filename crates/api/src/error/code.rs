/// A failure that clients can distinguish by name.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Stable, in snake_case.
    pub name: &'static str,
    /// The HTTP status of the code.
    pub status: u16,
    /// The family of the code.
    pub kind: &'static str,
    /// The field that the error usually names.
    pub param: Option<&'static str>,
    pub meaning: &'static str,
}

/// Declares the codes, and the table of all codes.
macro_rules! codes {
    ($($constant:ident = $name:literal, $status:literal, $kind:literal, $param:expr, $meaning:literal;)+) => {
        $(pub(crate) const $constant: &Code = &Code {
            name: $name,
            status: $status,
            kind: $kind,
            param: $param,
            meaning: $meaning,
        };)+

        /// All codes, by status.
        pub const CODES: &[&Code] = &[$($constant),+];
    };
}

codes! {
    INVALID_REQUEST = "invalid_request", 400, "invalid_request_error", None,
        "The request is malformed.";
    INVALID_JSON = "invalid_json", 400, "invalid_request_error", None,
        "The body is not valid JSON, or is nested too deeply.";
    INVALID_ENCODING = "invalid_encoding", 400, "invalid_request_error", None,
        "The path, the query or the body is not valid UTF-8.";
    NUL_CHARACTER = "nul_character", 400, "invalid_request_error", Some("content"),
        "A text contains the NUL character (U+0000), which cannot be stored.";
    INVALID_TYPE = "invalid_type", 400, "invalid_request_error", Some("title"),
        "A value is not of the type its field takes.";
    INVALID_VALUE = "invalid_value", 400, "invalid_request_error", Some("title"),
        "A value is outside its allowed length, range or set.";
    INVALID_CURSOR = "invalid_cursor", 400, "invalid_request_error", Some("after"),
        "The cursor is not one that this list gave out.";
    MISSING_FIELD = "missing_field", 400, "invalid_request_error", Some("role"),
        "A required field or body is missing.";
    UNKNOWN_FIELD = "unknown_field", 400, "invalid_request_error", Some("titel"),
        "The field or query parameter does not exist here. Nothing sent is silently dropped.";
    DUPLICATE_FIELD = "duplicate_field", 400, "invalid_request_error", Some("title"),
        "A field or query parameter was given twice.";
    UNSUPPORTED = "unsupported", 400, "invalid_request_error", Some("items[0].content[0].type"),
        "Jan's face does not have this: branches, other content than text, tools.";
    PASSWORD_WRONG = "password_wrong", 400, "invalid_request_error", Some("current_password"),
        "The password is not the caller's.";
    MODEL_REQUEST_REFUSED = "model_request_refused", 400, "invalid_request_error", None,
        "The model provider refused the request; the message is the provider's.";
    TOKEN_MISSING = "token_missing", 401, "authentication_error", None,
        "No token was sent. Send `Authorization: Bearer <token>`, or an API key as `X-API-Key`.";
    TOKEN_INVALID = "token_invalid", 401, "authentication_error", None,
        "The token is not one of ours, or is damaged; or more than one credential was sent.";
    TOKEN_EXPIRED = "token_expired", 401, "authentication_error", None,
        "The token has expired. Get a new one from POST /auth/refresh-token.";
    REFRESH_TOKEN_INVALID = "refresh_token_invalid", 401, "authentication_error", None,
        "The refresh token is unknown, expired or already used. Sign in again.";
    API_KEY_INVALID = "api_key_invalid", 401, "authentication_error", None,
        "The API key is unknown, expired or was revoked. Its owner can make another.";
    SIGN_IN_FAILED = "sign_in_failed", 401, "authentication_error", None,
        "The e-mail address or the password is wrong.";
    GUEST_LOGIN_DISABLED = "guest_login_disabled", 403, "permission_error", None,
        "Guest accounts are switched off on this server.";
    ORIGIN_NOT_ALLOWED = "origin_not_allowed", 403, "permission_error", None,
        "A page of another site sent the request, and its origin may not call this server.";
    SHARE_READ_ONLY = "share_read_only", 403, "permission_error", None,
        "The link is read-only: messages cannot be added through it.";
    REGISTRATION_DISABLED = "registration_disabled", 403, "permission_error", None,
        "New accounts are switched off on this server.";
    API_KEY_NOT_ALLOWED = "api_key_not_allowed", 403, "permission_error", None,
        "An API key may not do this. Sign in and use an access token.";
    OPERATOR_STAYS = "operator_stays", 403, "permission_error", None,
        "The owner of an embedded database cannot be removed.";
    ROUTE_NOT_FOUND = "route_not_found", 404, "not_found_error", None,
        "This address does not exist. The API is described at /docs/.";
    CONVERSATION_NOT_FOUND = "conversation_not_found", 404, "not_found_error", None,
        "No such conversation: it does not exist, it was deleted, or it is not yours.";
    ITEM_NOT_FOUND = "item_not_found", 404, "not_found_error", None,
        "No such item: it does not exist, it was deleted, or it is not yours.";
    PROJECT_NOT_FOUND = "project_not_found", 404, "not_found_error", None,
        "No such project: it does not exist, it was deleted, or it is not yours.";
    SHARE_NOT_FOUND = "share_not_found", 404, "not_found_error", None,
        "No such share: it does not exist, it was deleted, or it is not yours.";
    VERSION_NOT_FOUND = "version_not_found", 404, "not_found_error", None,
        "No such version: it does not exist, it was deleted, or it is not yours.";
    BRANCH_NOT_FOUND = "branch_not_found", 404, "not_found_error", None,
        "No such branch: a conversation has one, MAIN.";
    MODEL_NOT_FOUND = "model_not_found", 404, "not_found_error", Some("model"),
        "The model provider does not have this model; the message is the provider's.";
    API_KEY_NOT_FOUND = "api_key_not_found", 404, "not_found_error", None,
        "No such API key: it does not exist, it was deleted, or it is not yours.";
    SESSION_NOT_FOUND = "session_not_found", 404, "not_found_error", None,
        "No such session: it does not exist, it was deleted, or it is not yours.";
    METHOD_NOT_ALLOWED = "method_not_allowed", 405, "invalid_request_error", None,
        "The address does not take this method; `Allow` lists those it takes.";
    REQUEST_TIMEOUT = "request_timeout", 408, "invalid_request_error", None,
        "The body did not arrive in time: too little of it came in 20 seconds.";
    CONVERSATION_FULL = "conversation_full", 409, "conflict_error", None,
        "The conversation holds 10,000 messages, which is the limit.";
    CALL_ID_CONFLICT = "call_id_conflict", 409, "conflict_error", Some("call_id"),
        "Another message of the conversation has this call_id, with another role or content.";
    SHARE_FULL = "share_full", 409, "conflict_error", None,
        "200 messages have come through the link, which is the limit.";
    SHARE_ENDED = "share_ended", 410, "gone_error", None,
        "The link has ended: it expired, it was revoked, or what it showed was deleted.";
    REPLY_POSITION_TAKEN = "reply_position_taken", 409, "conflict_error", None,
        "Another message stands right after this one, where the reply belongs.";
    QUOTA_EXCEEDED = "quota_exceeded", 409, "conflict_error", Some("storage_limit"),
        "A limit of the caller is reached; `param` names it, as GET /auth/me does. Deleting makes \
         room within a minute.";
    EMAIL_TAKEN = "email_taken", 409, "conflict_error", Some("email"),
        "An account with this e-mail address exists.";
    NOT_A_GUEST = "not_a_guest", 409, "conflict_error", None,
        "Only a guest can be upgraded, and this caller is not a guest.";
    NOT_AN_ACCOUNT = "not_an_account", 409, "conflict_error", None,
        "The caller has no account, and so no password.";
    UPGRADE_REFUSED = "upgrade_refused", 409, "conflict_error", None,
        "The guest cannot be upgraded with this e-mail address and password.";
    API_KEYS_FULL = "api_keys_full", 409, "conflict_error", None,
        "The caller has 100 API keys, which is the limit; expired ones count until they are \
         revoked.";
    CONVERSATION_LOCKED = "conversation_locked", 409, "conflict_error", None,
        "Another turn of the conversation is being answered. Try again after `Retry-After` seconds.";
    TURN_CANCELLED = "turn_cancelled", 409, "conflict_error", None,
        "The turn was cancelled, and its reply was not kept.";
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused", 409, "conflict_error", Some("Idempotency-Key"),
        "The Idempotency-Key was used in the last 24 hours with another address or body.";
    IDEMPOTENCY_IN_PROGRESS = "idempotency_in_progress", 409, "conflict_error", None,
        "A request with this Idempotency-Key is still being answered. Try again after `Retry-After` seconds.";
    BODY_TOO_LARGE = "body_too_large", 413, "invalid_request_error", None,
        "The body is too large: at most 16 MiB where it carries messages, 16 KiB under /auth, 2 MiB \
         elsewhere.";
    MODEL_REQUEST_TOO_LARGE = "model_request_too_large", 413, "invalid_request_error", None,
        "The request is too large for the model provider; the message is the provider's.";
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type", 415, "invalid_request_error", None,
        "The body must be JSON, with `Content-Type: application/json` and without `Content-Encoding`.";
    HOST_NOT_ALLOWED = "host_not_allowed", 421, "invalid_request_error", None,
        "The request names a host that this server does not answer to.";
    RATE_LIMITED = "rate_limited", 429, "rate_limit_error", None,
        "Too many attempts. Try again after `Retry-After` seconds.";
    TOO_MUCH_UNDER_WAY = "too_much_under_way", 429, "rate_limit_error", None,
        "The caller's requests in progress use as much memory as one caller may have.";
    TOO_MANY_CONNECTIONS = "too_many_connections", 429, "rate_limit_error", None,
        "There are too many connections from one address. Sent before a request is read.";
    MODEL_PROVIDER_RATE_LIMITED = "model_provider_rate_limited", 429, "rate_limit_error", None,
        "The model provider limits how often it may be asked. Try again after `Retry-After` seconds.";
    INTERNAL_ERROR = "internal_error", 500, "api_error", None,
        "Something went wrong on our side. The request id helps us find it.";
    MODEL_PROVIDER_ERROR = "model_provider_error", 502, "api_error", None,
        "The model provider refused the request, failed, or did not send a reply.";
    SERVER_BUSY = "server_busy", 503, "service_unavailable_error", None,
        "Too many requests use the same object or resource. Nothing was changed; try again after \
         `Retry-After` seconds.";
    DATABASE_UNAVAILABLE = "database_unavailable", 503, "service_unavailable_error", None,
        "The database cannot be reached, or did not confirm a change in time. Try again after \
         `Retry-After` seconds.";
    ISSUER_UNAVAILABLE = "issuer_unavailable", 503, "service_unavailable_error", None,
        "The issuer of the token cannot be reached, and its keys are not known yet. Try again after \
         `Retry-After` seconds.";
    STORAGE_FULL = "storage_full", 503, "service_unavailable_error", None,
        "The server's storage is full. Reading and deleting still work. Try again after \
         `Retry-After` seconds.";
    MODEL_PROVIDER_NOT_CONFIGURED = "model_provider_not_configured", 503,
        "service_unavailable_error", None,
        "This server has no model provider. Its operator can set LLM_BASE_URL.";
    MODEL_PROVIDER_BUSY = "model_provider_busy", 503, "service_unavailable_error", None,
        "The model is busy, and no place in its queue came free. Try again after `Retry-After` seconds.";
    MODEL_PROVIDER_TIMEOUT = "model_provider_timeout", 504, "api_error", None,
        "The model provider did not answer in time.";
}
