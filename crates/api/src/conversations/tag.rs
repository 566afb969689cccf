use std::borrow::Cow;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A tag, in the API's description: a string on the wire.
pub(crate) struct TagBody;

impl PartialSchema for TagBody {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(64))
            .pattern(Some(r"^[\s\S]*\S[\s\S]*$"))
            .into()
    }
}

impl ToSchema for TagBody {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Tag")
    }
}
