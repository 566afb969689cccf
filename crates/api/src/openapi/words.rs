//! Descriptions of fields that mean the same everywhere. A field's own description has priority.

use super::walk::every_schema;
use utoipa::openapi::{OpenApi, RefOr, Schema};

const WORDS: [(&str, &str); 21] = [
    ("author", "The author."),
    ("content", "The text."),
    ("conversation", "Where the answer is kept, if it is kept."),
    ("conversation_id", "The conversation's id."),
    ("created_at", "When it was made."),
    ("error", "What went wrong."),
    ("event", "The content of the event."),
    ("id", "Its id."),
    ("kind", "Which kind it is."),
    ("message", "The model's message."),
    ("metadata", "Pairs of your own."),
    ("name", "Its name."),
    ("profile", "Your profile for models."),
    (
        "refresh_token",
        "The token for the next refresh of the session.",
    ),
    ("role", "The speaker."),
    ("share_id", "The secret name of the link."),
    ("status", "How the service is."),
    ("token_type", "Always `Bearer`."),
    ("usage", "The caller's usage."),
    ("user", "The signed-in user."),
    ("version", "The version's number."),
];

pub(super) fn add_to(document: &mut OpenApi) {
    every_schema(document, &mut |schema| {
        let RefOr::T(Schema::Object(object)) = schema else {
            return;
        };
        for (name, field) in &mut object.properties {
            let words = WORDS.iter().find(|(known, _)| known == name);
            if let Some((_, words)) = words {
                describe(field, words);
            }
        }
    });
}

fn describe(field: &mut RefOr<Schema>, words: &str) {
    let description = match field {
        RefOr::Ref(reference) => {
            if reference.description.is_empty() {
                words.clone_into(&mut reference.description);
            }
            return;
        }
        RefOr::T(Schema::Object(object)) => &mut object.description,
        RefOr::T(Schema::Array(array)) => &mut array.description,
        RefOr::T(Schema::OneOf(one_of)) => &mut one_of.description,
        RefOr::T(_) => return,
    };
    description.get_or_insert_with(|| words.to_owned());
}
