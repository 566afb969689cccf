//! Documents that are the same for all clients as long as the program runs: pages, scripts, the
//! OpenAPI document.

use crate::compression::Packed;
use crate::outgoing::SharedAnswer;
use crate::tags::is_known;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, EntityTag, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use std::sync::Arc;

/// A document that is made once. An answer with it needs no further memory, and a client that has
/// the document already does not get it again.
pub struct Fixed {
    content_type: String,
    cache: &'static str,
    tag: String,
    packed: Arc<Packed>,
}

impl Fixed {
    /// A document that may change with the next release.
    pub fn new(content_type: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self {
            content_type: content_type.into(),
            cache: "private, no-cache",
            tag: format!("{:016x}", page::assets::digest(&bytes)),
            packed: Packed::new(bytes),
        }
    }

    /// Lets clients keep the document: its address changes with its content.
    #[must_use]
    pub fn for_good(self) -> Self {
        let cache = "public, max-age=31536000, immutable";
        Self { cache, ..self }
    }

    /// Answers with the document, or with 304 if the client has it already.
    #[must_use]
    pub fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let tag = EntityTag::new_strong(self.tag.clone());
        let is_known = is_known(request, &self.tag);
        let mut answer = match is_known {
            true => HttpResponse::NotModified(),
            false => HttpResponse::Ok(),
        };
        answer
            .insert_header((ETAG, tag))
            .insert_header((CACHE_CONTROL, HeaderValue::from_static(self.cache)));
        if is_known {
            return answer.finish();
        }
        let mut answer = answer
            .insert_header((CONTENT_TYPE, self.content_type.as_str()))
            .body(self.packed.text.clone());
        answer.extensions_mut().insert(SharedAnswer);
        answer.extensions_mut().insert(Arc::clone(&self.packed));
        answer
    }
}
