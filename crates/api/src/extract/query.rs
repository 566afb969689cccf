use super::serde_errors;
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

/// A query with parameters that serde cannot read into a struct: `tag`, which may be repeated, and
/// `metadata[key]`. The others are read as strictly as by [`Query`].
pub(crate) struct Sorted<T>(pub(crate) T, pub(crate) Labels);

/// The tags and the pairs of metadata of a query, as sent.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    pub(crate) tags: Vec<String>,
    pub(crate) metadata: Vec<(String, String)>,
}

impl<T: DeserializeOwned> FromRequest for Sorted<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut labels = Labels::default();
        let mut others = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(request.query_string().as_bytes()) {
            let key = name.strip_prefix("metadata[");
            match key.and_then(|key| key.strip_suffix(']')) {
                Some(key) => labels.metadata.push((key.to_owned(), value.into_owned())),
                None if name == "tag" => labels.tags.push(value.into_owned()),
                None => {
                    others.append_pair(&name, &value);
                }
            }
        }
        ready(Query::read(&others.finish()).map(|Query(query)| Self(query, labels)))
    }
}

impl<T: DeserializeOwned> Query<T> {
    /// Reads only the parameters with these names. For links in browsers, since other sites add
    /// their own parameters to them.
    pub(crate) fn only(request: &HttpRequest, names: &[&str]) -> Result<Self, ApiError> {
        let known = form_urlencoded::parse(request.query_string().as_bytes())
            .filter(|(name, _)| names.contains(&name.as_ref()));
        let known = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(known)
            .finish();
        Self::read(&known)
    }

    /// Reads a query.
    pub(crate) fn read(query: &str) -> Result<Self, ApiError> {
        let pairs = form_urlencoded::parse(query.as_bytes());
        let deserializer = serde_urlencoded::Deserializer::new(pairs);
        serde_path_to_error::deserialize(deserializer)
            .map(Self)
            .map_err(|error| {
                let path = error.path().to_string();
                serde_errors::explain(
                    serde_errors::RequestPart::Query,
                    &path,
                    &error.into_inner().to_string(),
                )
            })
    }
}
