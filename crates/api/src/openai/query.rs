//! Queries of this face: strict, with `include` in both spellings of a list.

use crate::error::{ApiError, code};
use crate::extract;
use crate::list::{OrderParam, unknown_cursor_of};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use domain::error::Error;
use domain::page::{Limit, Order};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::future::{Ready, ready};

/// What `include` may name. Items are always shown whole, so it changes no answer.
const INCLUDED: [&str; 8] = [
    "code_interpreter_call.outputs",
    "computer_call_output.output.image_url",
    "file_search_call.results",
    "message.input_image.image_url",
    "message.output_text.logprobs",
    "reasoning.encrypted_content",
    "web_search_call.action.sources",
    "web_search_call.results",
];

/// A query without `include`, which is checked. The SDKs write `include[]=a&include[]=b`.
pub(super) struct OpenAiQuery<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest for OpenAiQuery<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()))
    }
}

fn read<T: DeserializeOwned>(query: &str) -> Result<OpenAiQuery<T>, ApiError> {
    let mut others = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "include" | "include[]" => included(&value)?,
            _ => {
                others.append_pair(&name, &value);
            }
        }
    }
    let extract::Query(rest) = extract::Query::read(&others.finish())?;
    Ok(OpenAiQuery(rest))
}

/// Checks one name of `include`.
pub(super) fn included(name: &str) -> Result<(), ApiError> {
    if INCLUDED.contains(&name) {
        return Ok(());
    }
    let known = INCLUDED.map(|name| format!("`{name}`")).join(", ");
    let message = format!("include must name some of {known}, not `{name:.200}`.");
    Err(ApiError::new(code::INVALID_VALUE, message).param("include"))
}

/// A query without parameters.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {
    /// Read before; here it is named among the parameters.
    #[serde(rename = "include")]
    _include: Option<String>,
}

/// The page of a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenAiPage {
    limit: Option<i64>,
    after: Option<String>,
    order: Option<OrderParam>,
    /// Read before; here it is named among the parameters.
    #[serde(rename = "include")]
    _include: Option<String>,
}

impl OpenAiPage {
    pub(super) fn limit(&self) -> Result<Limit, Error> {
        Limit::parse(self.limit)
    }

    /// Newest first by default.
    pub(super) fn order(&self) -> Order {
        self.order.map_or(Order::Descending, Order::from)
    }

    /// Where the page begins: the last id of the page before.
    pub(super) fn after<T>(
        &self,
        read: impl FnOnce(&str) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let after = self.after.as_deref().map(read).transpose();
        after.map_err(|_| unknown_cursor_of("after", "last_id"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(query: &str) -> Result<OpenAiPage, ApiError> {
        read(query).map(|OpenAiQuery(page)| page)
    }

    #[test]
    fn include_is_read_in_both_spellings_of_a_list() {
        for query in [
            "include[]=file_search_call.results&include[]=reasoning.encrypted_content&limit=3",
            "include=file_search_call.results&limit=3&include=web_search_call.results",
            "include%5B%5D=message.output_text.logprobs&limit=3",
        ] {
            assert_eq!(page(query).unwrap().limit().unwrap().get(), 3, "{query}");
        }
        let error = page("include[]=everything").err().unwrap();
        assert_eq!(error.param.as_deref(), Some("include"));
    }

    #[test]
    fn other_parameters_are_refused_by_name() {
        let error = page("limit=3&before=x").err().unwrap();
        assert_eq!(error.code, code::UNKNOWN_FIELD);
        assert_eq!(error.param.as_deref(), Some("before"));
        let error = page("limit=3&limit=4").err().unwrap();
        assert_eq!(error.code, code::DUPLICATE_FIELD);
        assert!(read::<Nothing>("limit=3").is_err());
    }

    #[test]
    fn the_newest_come_first_by_default() {
        assert_eq!(page("").unwrap().order(), Order::Descending);
        assert_eq!(page("order=asc").unwrap().order(), Order::Ascending);
        assert!(page("order=up").is_err());
    }
}
