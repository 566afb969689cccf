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
        ready(Self::read(request.query_string()))
    }
}

impl<T: DeserializeOwned> Sorted<T> {
    /// The parameters that `T` has not.
    const LABELS: [&str; 2] = ["tag", "metadata[key]"];

    fn read(query: &str) -> Result<Self, ApiError> {
        let mut labels = Labels::default();
        let mut others = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if name == "tag" {
                labels.tags.push(value.into_owned());
            } else if let Some(key) = key(&name)? {
                labels.metadata.push((key.to_owned(), value.into_owned()));
            } else {
                others.append_pair(&name, &value);
            }
        }
        let query = Query::read_beside(&others.finish(), &Self::LABELS);
        query.map(|Query(query)| Self(query, labels))
    }
}

/// The key of `metadata[key]`; `None` for another parameter. A key may have brackets, but lists and objects are not
/// written so.
fn key(name: &str) -> Result<Option<&str>, ApiError> {
    let rest = |of: &str| {
        let rest = name.strip_prefix(of);
        rest.filter(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
    };
    if rest("tag").is_some() {
        let advice = "Tags are given as `tag=…`, once for each of them.";
        return Err(serde_errors::unknown_parameter(name, advice));
    }
    let Some(rest) = rest("metadata") else {
        return Ok(None);
    };
    let key = rest
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let key = key.filter(|key| !key.contains("]["));
    let advice = "A pair of metadata is given as `metadata[key]=value`.";
    key.map(Some)
        .ok_or_else(|| serde_errors::unknown_parameter(name, advice))
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
        Self::read_beside(query, &[])
    }

    /// Reads the part of a query without `others`, which are parameters as well.
    fn read_beside(query: &str, others: &[&str]) -> Result<Self, ApiError> {
        let pairs = form_urlencoded::parse(query.as_bytes());
        let deserializer = serde_urlencoded::Deserializer::new(pairs);
        serde_path_to_error::deserialize(deserializer)
            .map(Self)
            .map_err(|error| {
                let path = error.path().to_string();
                serde_errors::explain(
                    serde_errors::RequestPart::Query,
                    &path,
                    &serde_errors::with(error.into_inner().to_string(), others),
                )
            })
    }
}
