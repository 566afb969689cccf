use crate::browsers::PublicUrl;
use crate::face::Face;
use crate::request_id::request_id;
use actix_web::HttpRequest;

/// The information about the request in an error envelope.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub(super) request_id: Option<String>,
    /// The address of this server's pages, if the request names a host of this server.
    pub(super) public_url: Option<String>,
    /// The face that the request came to. Some faces have other shapes of errors.
    pub(super) face: Face,
}

impl About {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        Self {
            request_id: request_id(request),
            public_url: PublicUrl::of_answered(request),
            face: Face::of(request.match_info().as_str()),
        }
    }
}
