//! The parameters of lists. Unknown ones are ignored, and so are empty ones.

use crate::error::{ApiError, code};
use crate::list::unknown_cursor_of;
use domain::error::Error;
use domain::id::ProjectId;
use domain::page::{Limit, Order};
use serde::Deserialize;
use utoipa::IntoParams;

/// The parameters of all lists; each list reads its own.
#[derive(Default, Deserialize)]
pub(crate) struct ListQuery {
    limit: Option<String>,
    after: Option<String>,
    cursor: Option<String>,
    order: Option<String>,
    project_id: Option<String>,
    referrer: Option<String>,
    branch: Option<String>,
    include_revoked: Option<String>,
}

/// The parameters of a page, for the description.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it is only described")]
pub(super) struct PageParams {
    /// How many per page; more than 100 gets 100.
    #[param(minimum = 1, default = 20)]
    limit: Option<u32>,
    /// The `last_id` of the page before.
    after: Option<String>,
    /// The `next_cursor` of the page before; the same as `after`.
    cursor: Option<String>,
    /// `asc` or `desc`.
    order: Option<String>,
}

/// The branch that every conversation has.
pub(super) const MAIN: &str = "MAIN";

impl ListQuery {
    pub(super) fn limit(&self) -> Result<Limit, ApiError> {
        let Some(raw) = given(&self.limit) else {
            return Ok(Limit::parse(None)?);
        };
        let limit = raw.parse::<i64>().map_err(|_| {
            ApiError::new(code::INVALID_TYPE, "limit must be a whole number.").param("limit")
        })?;
        Ok(Limit::parse(Some(limit.min(i64::from(Limit::MAX))))?)
    }

    pub(super) fn order(&self, default: Order) -> Result<Order, ApiError> {
        match given(&self.order).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(default),
            Some("asc") => Ok(Order::Ascending),
            Some("desc") => Ok(Order::Descending),
            Some(_) => Err(Error::invalid("order", "order must be asc or desc.").into()),
        }
    }

    /// Where the page begins.
    pub(super) fn after<T>(
        &self,
        parse: impl FnOnce(&str) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let after = given(&self.after).or(given(&self.cursor)).map(parse);
        after.transpose().map_err(|_| self.unknown_cursor())
    }

    /// The error for a cursor that this list did not give out, by the parameter's name.
    pub(super) fn unknown_cursor(&self) -> Error {
        let (param, field) = match given(&self.after) {
            Some(_) => ("after", "last_id"),
            None => ("cursor", "next_cursor"),
        };
        unknown_cursor_of(param, field)
    }

    pub(super) fn project(&self) -> Result<Option<ProjectId>, ApiError> {
        let project = given(&self.project_id).map(ProjectId::parse).transpose();
        Ok(project.map_err(|error| error.named_by("project_id"))?)
    }

    pub(super) fn referrer(&self) -> Option<&str> {
        given(&self.referrer)
    }

    pub(super) fn shows_revoked(&self) -> bool {
        given(&self.include_revoked) != Some("false")
    }

    /// Refuses a branch other than MAIN.
    pub(super) fn on_main(&self) -> Result<(), ApiError> {
        given(&self.branch).map_or(Ok(()), on_main)
    }
}

/// Refuses a branch that is not there.
pub(super) fn on_main(branch: &str) -> Result<(), ApiError> {
    match branch.eq_ignore_ascii_case(MAIN) {
        true => Ok(()),
        false => Err(ApiError::new(
            code::BRANCH_NOT_FOUND,
            code::BRANCH_NOT_FOUND.meaning,
        )),
    }
}

fn given(parameter: &Option<String>) -> Option<&str> {
    let text = parameter.as_deref().map(str::trim);
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> ListQuery {
        actix_web::web::Query::<ListQuery>::from_query(text)
            .unwrap()
            .into_inner()
    }

    fn begins(query: &ListQuery) -> Result<Option<String>, Error> {
        query.after(|raw| Ok(raw.to_owned()))
    }

    #[test]
    fn an_empty_field_is_absent() {
        let empty = query("limit=&after=&cursor=+&order=&project_id=&referrer=&branch=");
        assert_eq!(empty.limit().unwrap().get(), 20);
        assert_eq!(begins(&empty).unwrap(), None);
        assert_eq!(empty.order(Order::Ascending).unwrap(), Order::Ascending);
        assert!(empty.project().unwrap().is_none());
        assert_eq!(empty.referrer(), None);
        assert!(empty.on_main().is_ok());
    }

    #[test]
    fn a_limit_above_the_most_is_the_most() {
        for (text, limit) in [("limit=1", 1), ("limit=100", 100), ("limit=100000", 100)] {
            assert_eq!(query(text).limit().unwrap().get(), limit, "{text}");
        }
        for text in ["limit=0", "limit=-1", "limit=x", "limit=1.5"] {
            assert!(query(text).limit().is_err(), "{text}");
        }
    }

    #[test]
    fn a_page_begins_after_either_of_two() {
        let begins = |text: &str| begins(&query(text)).unwrap();
        assert_eq!(begins("after=a&cursor=b").as_deref(), Some("a"));
        assert_eq!(begins("cursor=b").as_deref(), Some("b"));
    }

    #[test]
    fn there_is_one_branch_in_any_letters() {
        assert!(query("branch=main").on_main().is_ok());
        assert!(query("branch=EDIT_1").on_main().is_err());
    }
}
