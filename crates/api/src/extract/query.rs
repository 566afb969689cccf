use super::prose;
use crate::error::ApiError;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;
use std::future::{Ready, ready};

/// The query, read strictly: an unknown or repeated parameter is refused by name.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read(request.query_string()))
    }
}

impl<T: DeserializeOwned> Query<T> {
    /// Reads only the parameters with these names. For links that people follow, since other sites
    /// add their own parameters to them.
    pub(crate) fn only(request: &HttpRequest, names: &[&str]) -> Result<Self, ApiError> {
        let known = form_urlencoded::parse(request.query_string().as_bytes())
            .filter(|(name, _)| names.contains(&name.as_ref()));
        let known = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(known)
            .finish();
        Self::read(&known)
    }

    fn read(query: &str) -> Result<Self, ApiError> {
        let pairs = form_urlencoded::parse(query.as_bytes());
        let deserializer = serde_urlencoded::Deserializer::new(pairs);
        serde_path_to_error::deserialize(deserializer)
            .map(Self)
            .map_err(|error| {
                let path = error.path().to_string();
                prose::explain(prose::Part::Query, &path, &error.into_inner().to_string())
            })
    }
}
