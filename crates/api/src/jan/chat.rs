//! Chats in Jan's way: `store`, a new conversation if the request does not name one, `referrer`. The
//! rest is the chat of `/v1`.

use super::conversations::metadata;
use crate::chat::create::answer;
use crate::chat::request::ChatCompletionRequestBody;
use crate::chat::{ChatCompletion, ChatCompletionEvent, ChatCompletionRequest, Fields};
use crate::error::{ApiError, code};
use crate::extract::{Authenticated, Body, MESSAGES, WireBody};
use crate::jan::query::ListQuery;
use crate::long_work::LongWork;
use crate::repeats::RepeatAnswer;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::chat::{ChatService, CompleteChat, Making};
use domain::conversations::{ConversationService, CreateConversation};
use domain::id::OwnerId;
use domain::repeats::{ClaimSlot, scope};
use domain::storage::Room;
use endpoint::post;
use serde::{Deserialize, Deserializer};
use serde_json::value::{RawValue, to_raw_value};

/// Jan's own fields, which are not sent to a provider.
const OWN: [&str; 7] = [
    "store",
    "store_reasoning",
    "referrer",
    "deep_research",
    "enable_thinking",
    "image",
    "conversation_id",
];

/// Stands for a conversation that is still to be made.
const UNMADE: &str = "conv_00000000000000000000000000";

/// A chat in Jan's way.
pub(crate) struct JanChatBody(Fields);

impl<'de> Deserialize<'de> for JanChatBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Fields::deserialize(deserializer).map(Self)
    }
}

impl WireBody for JanChatBody {
    const LIMIT: usize = MESSAGES;
    const MAY_TRAIL: bool = true;

    /// A chat that may be stored is recorded for repeats.
    fn again(&self) -> RepeatAnswer {
        let is_named = |name| self.0.given(name).is_some();
        let kept = is_named("conversation")
            || is_named("referrer")
            || self.0.given("store") == Some("true");
        match (kept, self.0.given("stream")) {
            (false, _) => RepeatAnswer::NotRecorded,
            (true, Some("true")) => RepeatAnswer::Stream,
            (true, _) => RepeatAnswer::Whole,
        }
    }
}

/// Where the chat goes.
enum Named {
    /// Nowhere.
    Nowhere,
    /// A conversation that is to be made.
    New,
    Existing(String),
}

/// Jan's own fields of the request.
struct Wishes {
    named: Named,
    /// `None`: the request does not say.
    store: Option<bool>,
    referrer: Option<String>,
}

fn mistyped(name: &str, must: &str) -> ApiError {
    ApiError::new(code::INVALID_TYPE, format!("{name} must be {must}.")).param(name)
}

impl Wishes {
    /// Takes Jan's own fields out of the request.
    fn take(fields: &mut Fields, query: &ListQuery) -> Result<Self, ApiError> {
        let store = match fields.given("store") {
            None => None,
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(_) => return Err(mistyped("store", "true or false")),
        };
        let text = |raw: &str| serde_json::from_str::<String>(raw).ok();
        let referrer = match fields.given("referrer").map(text) {
            None => None,
            Some(None) => return Err(mistyped("referrer", "a string")),
            Some(Some(referrer)) => Some(referrer),
        };
        let referrer = referrer.or_else(|| query.referrer().map(str::to_owned));
        let referrer = referrer.map(|referrer| referrer.trim().to_owned());
        let referrer = referrer.filter(|referrer| !referrer.is_empty());
        let named = match fields.given("conversation") {
            None if store == Some(true) || referrer.is_some() => Named::New,
            None => Named::Nowhere,
            Some(raw) => match conversation(raw)? {
                Some(id) => Named::Existing(id),
                None => Named::New,
            },
        };
        for name in OWN {
            fields.remove(name);
        }
        fields.remove("conversation");
        Ok(Self {
            named,
            store,
            referrer,
        })
    }
}

/// The id of a conversation that is named as a text or as an object; `None` where it is empty.
fn conversation(raw: &str) -> Result<Option<String>, ApiError> {
    let must = || mistyped("conversation", "an id, or an object with an id");
    let id = match serde_json::from_str::<String>(raw) {
        Ok(id) => Some(id),
        Err(_) => {
            let object = Fields::parse(raw).map_err(|_| must())?;
            let id = object.given("id").map(serde_json::from_str::<String>);
            id.transpose().map_err(|_| must())?
        }
    };
    Ok(id.filter(|id| !id.trim().is_empty()))
}

/// Complete a chat
///
/// As under `/v1`, with Jan's own fields. `store: true` without `conversation`, an empty
/// `conversation` or a `referrer` makes a new conversation, which is deleted again if the chat fails.
/// With `store: false` the model sees the conversation, but the chat is not stored. The answer has
/// `conversation: {id, title}`; a stream has it in its last chunk.
#[utoipa::path(
    tag = "chat",
    params(("referrer" = Option<String>, Query, description = "Where the chat comes from.")),
    request_body = ChatCompletionRequest,
    responses((status = 200, description = "The completion, or its events.", content(
        (ChatCompletion = "application/json"),
        (ChatCompletionEvent = "text/event-stream"),
    ))),
    security(("bearer" = [])),
)]
#[post("/chat/completions")]
pub(crate) async fn create_chat_completion(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    chat: web::Data<ChatService>,
    room: web::Data<dyn Room>,
    request: HttpRequest,
    crate::extract::Query(query): crate::extract::Query<ListQuery>,
    Body(JanChatBody(mut fields), _): Body<JanChatBody>,
) -> Result<HttpResponse, ApiError> {
    let wishes = Wishes::take(&mut fields, &query)?;
    let is_stored = wishes.store != Some(false);
    let is_new = matches!(wishes.named, Named::New) && is_stored;
    // A new conversation is made after all other checks.
    let named = match &wishes.named {
        Named::Existing(id) => Some(raw(id)?),
        Named::New if is_stored => Some(raw(UNMADE)?),
        Named::New | Named::Nowhere => None,
    };
    if let Some(id) = named {
        fields.set("conversation", id);
    }
    let body = ChatCompletionRequestBody::of(fields);
    let asked = LongWork::run(&request, body.length(), move || {
        CompleteChat::try_from(body)
    });
    let mut asked = asked.await.map_err(unsupported)?;
    if let Some(target) = &mut asked.target {
        target.is_stored = is_stored;
    }
    let owner = actor.owner_id;
    let making = match is_new {
        false => None,
        true => Some(making(conversations, owner, wishes.referrer)?),
    };
    // The new conversation of a turn that is not stored is withdrawn.
    let answer = answer(&chat, room.as_ref(), owner, &request, (asked, making));
    answer.await.map_err(unsupported)
}

/// Refuses content that cannot be stored, in the way of Jan's face.
fn unsupported(mut error: ApiError) -> ApiError {
    if error.is_unkept {
        error.code = code::UNSUPPORTED;
    }
    error
}

/// Work that makes a conversation for a chat.
fn making(
    conversations: web::Data<ConversationService>,
    owner: OwnerId,
    referrer: Option<String>,
) -> Result<Making, ApiError> {
    let new = new_conversation(referrer)?;
    let create = async move { conversations.create(owner, new).await };
    // A repeat of the request is answered from the turn.
    let alone = ClaimSlot::default();
    alone.leave_free();
    Ok(Box::pin(scope(alone, create)))
}

fn new_conversation(referrer: Option<String>) -> Result<CreateConversation, ApiError> {
    Ok(CreateConversation {
        metadata: metadata(None, referrer.as_deref())?,
        ..CreateConversation::default()
    })
}

fn raw(id: &str) -> Result<Box<RawValue>, ApiError> {
    to_raw_value(id).map_err(crate::stream::internal)
}
