//! OpenAI's objects as this service describes them: what it reads or adds itself. Everything else is
//! passed on, so the objects are open.

use super::messages::MOST_SENT;
use utoipa::openapi::schema::ArrayBuilder;
use utoipa::openapi::schema::{AdditionalProperties, AnyOfBuilder, SchemaType, Type};
use utoipa::openapi::{Array, Object, ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

type Schemas = Vec<(String, RefOr<Schema>)>;

/// Declares an object that has these fields and, if it is open, any others.
macro_rules! object {
    ($(#[$doc:meta])* $name:ident, $fields:ident, open = $open:literal, [$($uses:ident),*]) => {
        $(#[$doc])*
        pub(super) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $fields()
                    .additional_properties(Some(AdditionalProperties::FreeForm($open)))
                    .build()
                    .into()
            }
        }

        impl ToSchema for $name {
            fn schemas(schemas: &mut Schemas) {
                $(
                    schemas.push(($uses::name().into_owned(), $uses::schema()));
                    $uses::schemas(schemas);
                )*
                let _ = schemas;
            }
        }
    };
}

object!(
    ChatCompletionRequest,
    request,
    open = true,
    [ChatMessage, ConversationReference]
);
object!(
    ChatCompletion,
    completion,
    open = true,
    [ChatMessage, ChatConversation]
);
object!(ChatCompletionChunk, chunk, open = true, [ChatConversation]);
object!(
    /// One server-sent event of a chat.
    ChatCompletionEvent,
    event,
    open = true,
    [ChatCompletionChunk]
);
object!(ChatMessage, message, open = true, [ChatMessagePart]);
object!(ChatMessagePart, part, open = true, []);
object!(ChatConversation, conversation, open = true, []);
object!(ConversationReference, reference, open = false, []);

fn event() -> ObjectBuilder {
    let chunk = ObjectBuilder::new()
        .schema_type(Type::String)
        .content_media_type("application/json")
        .content_schema(Some(Ref::from_schema_name("ChatCompletionChunk")));
    let done = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(["[DONE]"]));
    let data = AnyOfBuilder::new().item(chunk).item(done).description(Some(
        "JSON: a chunk, or an object with an `error`; `[DONE]` at the end.",
    ));
    ObjectBuilder::new()
        .property("data", data)
        .required("data")
        .description(Some("One server-sent event."))
}

fn request() -> ObjectBuilder {
    let conversation = OneOfBuilder::new()
        .item(Object::with_type(Type::String))
        .item(Ref::from_schema_name("ConversationReference"))
        .item(Object::with_type(Type::Null))
        .description(Some(
            "The id of a conversation, or an object with its id. What it holds precedes the \
             messages in what the model is told, and the messages and the reply are stored in it. \
             Then each message is a text: `content` is a string or text parts, and `n` is 1. Not \
             passed on.",
        ));
    let stream = "`true`: the answer is sent as it is written.";
    ObjectBuilder::new()
        .description(Some(
            "A request of OpenAI's API. Fields that are not listed here are passed on as well.",
        ))
        .property(
            "model",
            nullable(
                Type::String,
                "The model to ask; this server's own unless told.",
            ),
        )
        .property(
            "messages",
            ArrayBuilder::from(Array::new(Ref::from_schema_name("ChatMessage")))
                .max_items(Some(MOST_SENT)),
        )
        .property("stream", nullable(Type::Boolean, stream))
        .property("conversation", conversation)
        .required("messages")
}

fn reference() -> ObjectBuilder {
    ObjectBuilder::new()
        .description(Some("A conversation, by its id."))
        .property("id", described(Type::String, "The conversation's id."))
        .required("id")
}

/// Which fields it has besides depends on the type.
fn part() -> ObjectBuilder {
    ObjectBuilder::new()
        .description(Some("A part of a message, such as a text or an image."))
        .property("type", described(Type::String, "What it is: `text`, …"))
}

fn message() -> ObjectBuilder {
    let content = OneOfBuilder::new()
        .item(Object::with_type(Type::String))
        .item(Array::new(Ref::from_schema_name("ChatMessagePart")))
        .item(Object::with_type(Type::Null))
        .description(Some("A text, or its parts."));
    ObjectBuilder::new()
        .description(Some("A message of OpenAI's API."))
        .property("role", described(Type::String, "Who speaks."))
        .property("content", content)
        .required("role")
}

fn conversation() -> ObjectBuilder {
    ObjectBuilder::new()
        .description(Some("Where an answer is kept."))
        .property("id", described(Type::String, "The conversation's id."))
        .property("title", nullable(Type::String, "Its title by now."))
        .required("id")
        .required("title")
}

fn completion() -> ObjectBuilder {
    let choice = ObjectBuilder::new()
        .property("index", Object::with_type(Type::Integer))
        .property("message", Ref::from_schema_name("ChatMessage"))
        .property(
            "finish_reason",
            nullable(Type::String, "Why the reply ends."),
        )
        .additional_properties(Some(AdditionalProperties::FreeForm(true)));
    answer(
        "A completion of OpenAI's API, as the provider sent it.",
        choice,
    )
}

fn chunk() -> ObjectBuilder {
    let delta = ObjectBuilder::new()
        .property(
            "content",
            nullable(Type::String, "What the reply goes on with."),
        )
        .additional_properties(Some(AdditionalProperties::FreeForm(true)));
    let choice = ObjectBuilder::new()
        .property("index", Object::with_type(Type::Integer))
        .property("delta", delta)
        .property(
            "finish_reason",
            nullable(Type::String, "Why the reply ends."),
        )
        .additional_properties(Some(AdditionalProperties::FreeForm(true)));
    answer(
        "A part of a completion, as the provider sent it: the data of one event. The last one has \
         the conversation.",
        choice,
    )
}

fn answer(description: &str, choice: ObjectBuilder) -> ObjectBuilder {
    ObjectBuilder::new()
        .description(Some(description))
        .property("choices", Array::new(choice))
        .property("conversation", Ref::from_schema_name("ChatConversation"))
        .required("choices")
}

fn described(kind: Type, description: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(kind)
        .description(Some(description))
}

fn nullable(kind: Type, description: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![kind, Type::Null]))
        .description(Some(description))
}
