//! The table of errors.

pub use super::entry::Code;
use super::entry::codes;

codes! {
    INVALID_REQUEST = "invalid_request", 400, "invalid_request_error", None,
        "The request is malformed.",
        "Change the request as the message says; the same one fails again.";
    INVALID_JSON = "invalid_json", 400, "invalid_request_error", None,
        "The body is not valid JSON, or is nested too deeply.",
        "Look at the place that the message names. Names and texts stand in double quotes, and \
         the last entry has no comma behind it.";
    INVALID_ENCODING = "invalid_encoding", 400, "invalid_request_error", None,
        "The path, the query or the body is not valid UTF-8.",
        "Send UTF-8. In an address, percent-encode its bytes.";
    NUL_CHARACTER = "nul_character", 400, "invalid_request_error", Some("content"),
        "A text contains the NUL character (U+0000), which cannot be stored.",
        "Remove the character from the text that `param` names.";
    INVALID_TYPE = "invalid_type", 400, "invalid_request_error", Some("title"),
        "A value is not of the type its field takes.",
        "Send the type that the message names, in the field that `param` names.";
    INVALID_VALUE = "invalid_value", 400, "invalid_request_error", Some("title"),
        "A value is outside its allowed length, range or set.",
        "Send a value that the message allows, in the field that `param` names.";
    INVALID_CURSOR = "invalid_cursor", 400, "invalid_request_error", Some("after"),
        "The cursor is not one that this list gave out.",
        "Send `next_after` of the page before as it came, to the same list with the same sort; \
         or begin again without `after`.";
    MISSING_FIELD = "missing_field", 400, "invalid_request_error", Some("role"),
        "A required field or body is missing.",
        "Add what the message names; /docs/ shows an example of the body.";
    UNKNOWN_FIELD = "unknown_field", 400, "invalid_request_error", Some("titel"),
        "The field or query parameter does not exist here. No field is ignored silently.",
        "Remove it, or spell it as the message suggests.";
    DUPLICATE_FIELD = "duplicate_field", 400, "invalid_request_error", Some("title"),
        "A field or query parameter was given twice.",
        "Send it once.";
    UNSUPPORTED = "unsupported", 400, "invalid_request_error", Some("items[0].content[0].type"),
        "This address does not have what `param` names.",
        "Leave it out, or use what the message names instead.";
    PASSWORD_WRONG = "password_wrong", 400, "invalid_request_error", Some("current_password"),
        "The password is not the caller's.",
        "Send the account's present password as `current_password`.";
    MODEL_REQUEST_REFUSED = "model_request_refused", 400, "invalid_request_error", None,
        "The model provider refused the request; the message is the provider's.",
        "Change the request as the provider's message says; the same one fails again.";
    TOKEN_MISSING = "token_missing", 401, "authentication_error", None,
        "No token was sent. Send `Authorization: Bearer <token>`, or an API key as `X-API-Key`.",
        "POST /auth/login gives you a token if you have an account, POST /auth/guest-login if you \
         do not.";
    TOKEN_INVALID = "token_invalid", 401, "authentication_error", None,
        "The token is not from this server, or is damaged; or more than one credential was sent.",
        "Send one credential, whole: the `access_token` of a sign-in, or an API key.";
    TOKEN_EXPIRED = "token_expired", 401, "authentication_error", None,
        "The token has expired. Get a new one from POST /auth/refresh-token.",
        "Send it the session's refresh token, then this request again with the new access \
         token.";
    REFRESH_TOKEN_INVALID = "refresh_token_invalid", 401, "authentication_error", None,
        "The refresh token is unknown, expired or already used. Sign in again.",
        "POST /auth/login begins a session with an account, POST /auth/guest-login with a new \
         guest. Keep the newest refresh token: each is for one use.";
    API_KEY_INVALID = "api_key_invalid", 401, "authentication_error", None,
        "The API key is unknown, expired or was revoked. Its owner can make another.",
        "POST /auth/api-keys makes one, and shows it once. It takes an access token.";
    SIGN_IN_FAILED = "sign_in_failed", 401, "authentication_error", None,
        "The e-mail address or the password is wrong.",
        "Check the spelling of both. If you have no account yet, POST /auth/register makes one.";
    GUEST_LOGIN_DISABLED = "guest_login_disabled", 403, "permission_error", None,
        "Guest accounts are switched off on this server.",
        "Sign in with an account. The operator can allow guests.";
    ORIGIN_NOT_ALLOWED = "origin_not_allowed", 403, "permission_error", None,
        "A page of another site sent the request, and its origin may not call this server.",
        "Call the server from a page of its own or from a program. The operator can allow the \
         origin.";
    SHARE_READ_ONLY = "share_read_only", 403, "permission_error", None,
        "The link is read-only: messages cannot be added through it.",
        "POST /conversations/share/{share_id}/fork makes a copy of yours, which you can continue. \
         The link's owner can make one with `read_only: false`.";
    REGISTRATION_DISABLED = "registration_disabled", 403, "permission_error", None,
        "New accounts are switched off on this server.",
        "Sign in with an account that exists. The operator can allow new ones.";
    API_KEY_NOT_ALLOWED = "api_key_not_allowed", 403, "permission_error", None,
        "An API key may not do this. Sign in and use an access token.",
        "POST /auth/login gives you one; send it without the key.";
    OPERATOR_STAYS = "operator_stays", 403, "permission_error", None,
        "The owner of an embedded database cannot be removed.",
        "Delete its conversations and projects instead.";
    ROUTE_NOT_FOUND = "route_not_found", 404, "not_found_error", None,
        "This address does not exist. The API is described at /docs/.",
        "Compare the path with the list there; most addresses begin with /v1/.";
    CONVERSATION_NOT_FOUND = "conversation_not_found", 404, "not_found_error", None,
        "No such conversation: it does not exist, it was deleted, or it is not yours.",
        "GET /v1/conversations lists yours. Check the id, and who you are signed in as: GET \
         /auth/me.";
    ITEM_NOT_FOUND = "item_not_found", 404, "not_found_error", None,
        "No such item: it does not exist, it was deleted, or it is not yours.",
        "GET /v1/conversations/{conversation_id}/items lists the messages. Check both ids.";
    PROJECT_NOT_FOUND = "project_not_found", 404, "not_found_error", None,
        "No such project: it does not exist, it was deleted, or it is not yours.",
        "GET /v1/projects lists yours. Check the id, and who you are signed in as: GET \
         /auth/me.";
    SHARE_NOT_FOUND = "share_not_found", 404, "not_found_error", None,
        "No such link: it does not exist, it was deleted, or it is not yours.",
        "Check that the link is complete, to the last letter. GET /v1/shares lists yours.";
    VERSION_NOT_FOUND = "version_not_found", 404, "not_found_error", None,
        "No such version: it does not exist, it was deleted, or it is not yours.",
        "The list of the message's versions, at …/versions, has their numbers.";
    BRANCH_NOT_FOUND = "branch_not_found", 404, "not_found_error", None,
        "No such branch: a conversation has one, MAIN.",
        "Use MAIN, or leave the branch out.";
    MODEL_NOT_FOUND = "model_not_found", 404, "not_found_error", Some("model"),
        "The model provider does not have this model; the message is the provider's.",
        "GET /v1/models lists the models.";
    API_KEY_NOT_FOUND = "api_key_not_found", 404, "not_found_error", None,
        "No such API key: it does not exist, it was deleted, or it is not yours.",
        "GET /auth/api-keys lists yours.";
    PREVIOUS_RESPONSE_NOT_FOUND = "previous_response_not_found", 404, "not_found_error",
        Some("previous_response_id"),
        "The response to continue does not exist, was deleted, or is not yours.",
        "Send the items before it as input, or leave previous_response_id out.";
    RESPONSE_NOT_FOUND = "response_not_found", 404, "not_found_error", None,
        "No such response: it does not exist, it was deleted, or it is not yours.",
        "Check the id. A response with store: false is kept nowhere.";
    SESSION_NOT_FOUND = "session_not_found", 404, "not_found_error", None,
        "No such session: it does not exist, it was deleted, or it is not yours.",
        "GET /auth/sessions lists yours.";
    METHOD_NOT_ALLOWED = "method_not_allowed", 405, "invalid_request_error", None,
        "The address does not take this method; `Allow` lists those it takes.",
        "Use one of those.";
    REQUEST_TIMEOUT = "request_timeout", 408, "invalid_request_error", None,
        "The body did not arrive in time: too little of it came in 20 seconds.",
        "Send it again; over a slow connection, in smaller parts.";
    CONVERSATION_FULL = "conversation_full", 409, "conflict_error", None,
        "The conversation holds 10,000 messages, which is the limit.",
        "Begin a new conversation.";
    CALL_ID_CONFLICT = "call_id_conflict", 409, "conflict_error", Some("call_id"),
        "Another message of the conversation has this call_id, with another role or content.",
        "Give another message another call_id. To send the first one again, send the same role \
         and content.";
    SHARE_FULL = "share_full", 409, "conflict_error", None,
        "200 messages have come through the link, which is the limit.",
        "POST /conversations/share/{share_id}/fork makes a copy of yours, which you can continue. \
         The link's owner can make another link.";
    SHARE_ENDED = "share_ended", 410, "gone_error", None,
        "The link has ended: it expired, it was revoked, or what it showed was deleted.",
        "Ask its owner for a new link. This one cannot be opened again.";
    REPLY_POSITION_TAKEN = "reply_position_taken", 409, "conflict_error", None,
        "Another message stands right after this one, where the reply belongs.",
        "Add the question again at the end of the conversation, and reply to that one.";
    QUOTA_EXCEEDED = "quota_exceeded", 409, "conflict_error", Some("storage_limit"),
        "A limit of the caller is reached; `param` names it, as GET /auth/me does. Deleting makes \
         room within a minute.",
        "Delete what you no longer need. The operator can raise the limit.";
    EMAIL_TAKEN = "email_taken", 409, "conflict_error", Some("email"),
        "An account with this e-mail address exists.",
        "Sign in with POST /auth/login, or use another address.";
    NOT_A_GUEST = "not_a_guest", 409, "conflict_error", None,
        "Only a guest can be upgraded, and this caller is not a guest.",
        "An account needs no upgrade.";
    NOT_AN_ACCOUNT = "not_an_account", 409, "conflict_error", None,
        "The caller has no account, so there is no password.",
        "A guest gets a password with POST /auth/upgrade. A user of another issuer changes it \
         there.";
    UPGRADE_REFUSED = "upgrade_refused", 409, "conflict_error", None,
        "The guest cannot be upgraded with this e-mail address and password.",
        "Use another address; if the account is yours, sign in with POST /auth/login.";
    API_KEYS_FULL = "api_keys_full", 409, "conflict_error", None,
        "The caller has 100 API keys, which is the limit; expired ones count until they are \
         revoked.",
        "Revoke keys that you no longer use: GET /auth/api-keys lists them.";
    CONVERSATION_LOCKED = "conversation_locked", 409, "conflict_error", None,
        "Another turn of the conversation is being answered. Try again after `Retry-After` seconds.",
        "The same request can succeed then. POST /v1/conversations/{conversation_id}/cancel \
         ends the turn before it.";
    TURN_CANCELLED = "turn_cancelled", 409, "conflict_error", None,
        "The turn was cancelled, and its reply was not kept.",
        "Ask again if you still want a reply.";
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused", 409, "conflict_error", Some("Idempotency-Key"),
        "The Idempotency-Key was used in the last 24 hours with another address or body.",
        "Use a new key for a new request. To repeat the first one, send the same body to the \
         same address.";
    IDEMPOTENCY_IN_PROGRESS = "idempotency_in_progress", 409, "conflict_error", None,
        "A request with this Idempotency-Key is still being answered. Try again after `Retry-After` seconds.",
        "Keep the key and the body: you get the answer of the first.";
    PRECONDITION_FAILED = "precondition_failed", 412, "conflict_error", Some("If-Match"),
        "The object does not have the ETag that `If-Match` names: it has changed. Nothing was \
         changed.",
        "Get the object again, look at what is new, and send the change with the new ETag.";
    BODY_TOO_LARGE = "body_too_large", 413, "invalid_request_error", None,
        "The body is too large: at most 16 MiB where it carries messages, 16 KiB under /auth, 2 MiB \
         elsewhere.",
        "Send less at a time: messages one by one, for instance.";
    MODEL_REQUEST_TOO_LARGE = "model_request_too_large", 413, "invalid_request_error", None,
        "The request is too large for the model provider; the message is the provider's.",
        "Shorten the messages, or choose a model that takes more.";
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type", 415, "invalid_request_error", None,
        "The body must be JSON, with `Content-Type: application/json` and without `Content-Encoding`.",
        "Set the one header, and send the body uncompressed.";
    HOST_NOT_ALLOWED = "host_not_allowed", 421, "invalid_request_error", None,
        "The request names a host that this server does not answer to.",
        "Use an address of this server. The operator can allow the host (ALLOWED_HOSTS).";
    RATE_LIMITED = "rate_limited", 429, "rate_limit_error", None,
        "Too many attempts. Try again after `Retry-After` seconds.",
        "Wait that long: attempts before that time are refused as well.";
    TOO_MUCH_UNDER_WAY = "too_much_under_way", 429, "rate_limit_error", None,
        "The caller's requests in progress use as much memory as one caller may have.",
        "Wait until some are answered, then send fewer at a time.";
    TOO_MANY_CONNECTIONS = "too_many_connections", 429, "rate_limit_error", None,
        "There are too many connections from one address. Sent before a request is read.",
        "Close some, and use each for many requests.";
    MODEL_PROVIDER_RATE_LIMITED = "model_provider_rate_limited", 429, "rate_limit_error", None,
        "The model provider limits how often it may be asked. Try again after `Retry-After` seconds.",
        "Ask less often, or choose another model.";
    INTERNAL_ERROR = "internal_error", 500, "api_error", None,
        "This server failed. Its log has the cause, with the request id.",
        "Tell the operator the request id.";
    MODEL_PROVIDER_ERROR = "model_provider_error", 502, "api_error", None,
        "The model provider refused the request, failed, or did not send a reply.",
        "Read what the provider said. Where `x-should-retry` is `false`, the same request fails \
         again: choose another model, or tell the operator.";
    SERVER_BUSY = "server_busy", 503, "service_unavailable_error", None,
        "Too many requests use the same object or resource. Nothing was changed; try again after \
         `Retry-After` seconds.",
        "The same request can succeed then. If this happens often, send fewer at a time.";
    DATABASE_UNAVAILABLE = "database_unavailable", 503, "service_unavailable_error", None,
        "The database cannot be reached, or did not confirm a change in time. Try again after \
         `Retry-After` seconds.",
        "A change may have been stored: send it with the same `Idempotency-Key`, and it is not \
         done twice.";
    ISSUER_UNAVAILABLE = "issuer_unavailable", 503, "service_unavailable_error", None,
        "The issuer of the token cannot be reached, and its keys are not known yet. Try again after \
         `Retry-After` seconds.",
        "Keep the token: it may be valid.";
    STORAGE_FULL = "storage_full", 503, "service_unavailable_error", None,
        "The server's storage is full. Reading and deleting still work. Try again after \
         `Retry-After` seconds.",
        "Tell the operator, who can free space on the disk.";
    MODEL_PROVIDER_NOT_CONFIGURED = "model_provider_not_configured", 503,
        "service_unavailable_error", None,
        "This server has no model provider. Its operator can set LLM_BASE_URL.",
        "Until then, trying again does not help. Requests without a model still work.";
    MODEL_PROVIDER_BUSY = "model_provider_busy", 503, "service_unavailable_error", None,
        "The model is busy. Try again after `Retry-After` seconds.",
        "If this happens often, choose another model.";
    MODEL_PROVIDER_TIMEOUT = "model_provider_timeout", 504, "api_error", None,
        "The model provider did not answer in time.",
        "Send it again, or choose a faster model.";
}
