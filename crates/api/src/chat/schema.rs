//! The schemas of OpenAI's objects: only fields that this service reads or adds. Other fields are
//! passed on, so the objects are open.

use super::messages::MOST_SENT;
use serde_json::json;
use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

type Schemas = Vec<(String, RefOr<Schema>)>;

/// Declares an object with these fields and, if it is open, any others.
macro_rules! object {
    ($(#[$doc:meta])* $name:ident, $fields:ident, open = $open:literal, [$($uses:ident),*]) => {
        $(#[$doc])*
        pub(crate) struct $name;

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

object!(ChatCompletionRequest, request, open = true, [ChatMessage]);
object!(
    ChatCompletion,
    completion,
    open = true,
    [ChatChoice, ChatConversation]
);
object!(ChatChoice, choice, open = true, [ChatMessage]);
object!(
    /// One server-sent event of a chat.
    ChatCompletionEvent,
    event,
    open = true,
    []
);
object!(ChatMessage, message, open = true, []);
object!(ChatConversation, conversation, open = true, []);

/// The data is text: generators of clients have no type for the content of a text.
fn event() -> ObjectBuilder {
    let data = described(
        Type::String,
        "JSON: a `chat.completion.chunk` of OpenAI's API (the last one has the `conversation`, too), or \
         an object with an `error`; `[DONE]` at the end.",
    )
    .examples([json!(
        r#"{"choices":[{"index":0,"delta":{"content":"Oslo"},"finish_reason":null}]}"#
    )]);
    ObjectBuilder::new()
        .property("data", data)
        .required("data")
        .description(Some("One server-sent event."))
}

fn request() -> ObjectBuilder {
    let conversation = nullable(
        Type::String,
        "The id of a conversation (an object with its `id` is taken as well). The model gets its \
         messages before those of the request, and the request's messages and the reply are stored in \
         it. Calls of tools and their outputs are kept as items, and `n` is 1. Not passed on.",
    )
    .examples([json!("conv_01JFQ2M8X3C4V5B6N7M8K9J0HG")]);
    let messages = ArrayBuilder::new()
        .items(Ref::from_schema_name("ChatMessage"))
        .max_items(Some(MOST_SENT))
        .description(Some(
            "The messages for the model. With `conversation`: 1 to 100 new messages, which are \
             stored; they may follow all that the conversation holds.",
        ));
    let stream = "`true`: the answer is streamed.";
    ObjectBuilder::new()
        .description(Some(
            "A request of OpenAI's API. Fields that are not listed here are passed on as well.",
        ))
        .property(
            "model",
            nullable(
                Type::String,
                "The model to ask; this server's own by default.",
            ),
        )
        .property("messages", messages)
        .property("stream", nullable(Type::Boolean, stream))
        .property("conversation", conversation)
        .required("messages")
}

fn message() -> ObjectBuilder {
    // A union of text and parts has no type in Java and Rust.
    let content = ObjectBuilder::new()
        .schema_type(SchemaType::AnyValue)
        .description(Some(
            "A text; or a list of parts, such as `{\"type\": \"text\", \"text\": \"…\"}`; or null.",
        ))
        .examples([json!("What is the capital of Norway?")]);
    ObjectBuilder::new()
        .description(Some("A message of OpenAI's API."))
        .property(
            "role",
            described(Type::String, "The speaker.").examples([json!("user")]),
        )
        .property("content", content)
        .required("role")
}

fn conversation() -> ObjectBuilder {
    ObjectBuilder::new()
        .description(Some("The conversation that keeps an answer."))
        .property(
            "id",
            described(Type::String, "The conversation's id.")
                .examples([json!("conv_01JFQ2M8X3C4V5B6N7M8K9J0HG")]),
        )
        .property(
            "title",
            nullable(Type::String, "Its title by now.").examples([json!("Norway")]),
        )
        .required("id")
        .required("title")
}

fn completion() -> ObjectBuilder {
    let choices = ArrayBuilder::new()
        .items(Ref::from_schema_name("ChatChoice"))
        .description(Some("The replies; one, unless `n` asks for more."));
    ObjectBuilder::new()
        .description(Some(
            "A completion of OpenAI's API, as the provider sent it.",
        ))
        .property("choices", choices)
        .property("conversation", Ref::from_schema_name("ChatConversation"))
        .required("choices")
}

fn choice() -> ObjectBuilder {
    ObjectBuilder::new()
        .description(Some("One of the replies."))
        .property(
            "index",
            described(Type::Integer, "Which reply it is, from 0.").examples([json!(0)]),
        )
        .property("message", Ref::from_schema_name("ChatMessage"))
        .property(
            "finish_reason",
            nullable(Type::String, "Why the reply ends.").examples([json!("stop")]),
        )
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
