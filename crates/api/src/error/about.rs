use crate::browsers::PublicUrl;
use crate::request::request_id;
use actix_web::HttpRequest;

/// The information about the request in an error envelope.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub(super) request_id: Option<String>,
    /// The address of this server's pages.
    pub(super) public_url: Option<String>,
}

impl About {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        Self {
            request_id: request_id(request),
            public_url: Some(PublicUrl::of(request)),
        }
    }
}
