use std::borrow::Cow;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// An id in a list of ids, in the API's description: a string on the wire. Any text is answered, so it has no pattern.
pub(crate) struct SentIdBody;

impl PartialSchema for SentIdBody {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(256))
            .into()
    }
}

impl ToSchema for SentIdBody {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("SentId")
    }
}
