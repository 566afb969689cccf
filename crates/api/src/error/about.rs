use crate::browsers::PublicUrl;
use crate::request_id::request_id;
use actix_web::HttpRequest;

/// The information about the request in an error envelope.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub(super) request_id: Option<String>,
    /// The address of this server's pages, if the request names a host of this server.
    pub(super) public_url: Option<String>,
    /// Whether the request came to Jan's face, whose errors have a shape of their own.
    pub(super) is_jan: bool,
}

impl About {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        Self {
            request_id: request_id(request),
            public_url: PublicUrl::of_answered(request),
            is_jan: crate::jan::face::is_face(request.match_info().as_str()),
        }
    }
}
