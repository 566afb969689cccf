//! The common shape of lists.

use domain::error::{Error, Invalid, InvalidReason};
use domain::page::Order;
use serde::Deserialize;
use utoipa::ToSchema;

/// The order of a list.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OrderParam {
    Asc,
    Desc,
}

impl From<OrderParam> for Order {
    fn from(order: OrderParam) -> Self {
        match order {
            OrderParam::Asc => Self::Ascending,
            OrderParam::Desc => Self::Descending,
        }
    }
}

/// Which entries a list shows.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ArchivedParam {
    True,
    False,
    Any,
}

impl ArchivedParam {
    /// Leaves archived entries out where the client does not say.
    pub(crate) fn filter(given: Option<Self>) -> Option<bool> {
        match given {
            Some(Self::True) => Some(true),
            Some(Self::False) | None => Some(false),
            Some(Self::Any) => None,
        }
    }
}

/// Declares the page type of a list: the same fields, under its own name.
macro_rules! list_body {
    ($(#[$doc:meta])* $name:ident, $schema:ident, $entry:ty, $next:literal) => {
        $(#[$doc])*
        #[derive(serde::Serialize, utoipa::ToSchema)]
        #[schema(as = $schema)]
        pub(crate) struct $name {
            #[schema(inline)]
            object: $crate::list::ListObject,
            /// The entries of this page.
            #[schema(max_items = 100)]
            pub(crate) data: Vec<$entry>,
            /// Whether another page follows.
            has_more: bool,
            #[doc = $next]
            #[schema(required)]
            next_after: Option<String>,
            /// The id of the first entry; null for an empty page.
            #[schema(required)]
            first_id: Option<String>,
            /// The id of the last entry: `after` accepts it as it accepts `next_after`. Null for an
            /// empty page.
            #[schema(required)]
            last_id: Option<String>,
        }

        impl $name {
            /// A page, and the cursor of the next page, made from the last entry of this one.
            pub(crate) fn new<T>(
                page: domain::page::Page<T>,
                next_after: impl FnOnce(&T) -> String,
            ) -> Self
            where
                $entry: From<T>,
            {
                let last = if page.has_more { page.data.last() } else { None };
                let next_after = last.map(next_after);
                Self::until(page.data, next_after)
            }

            /// A page that the next one follows from this cursor on, if there is one.
            pub(crate) fn until<T>(data: Vec<T>, next_after: Option<String>) -> Self
            where
                $entry: From<T>,
            {
                use $crate::list::Listed as _;
                let data: Vec<_> = data.into_iter().map(<$entry>::from).collect();
                Self {
                    object: $crate::list::ListObject::List,
                    has_more: next_after.is_some(),
                    next_after,
                    first_id: data.first().and_then(<$entry>::listed_as),
                    last_id: data.last().and_then(<$entry>::listed_as),
                    data,
                }
            }
        }
    };
}
pub(crate) use list_body;

/// An entry of a list.
pub(crate) trait Listed {
    /// The id that can be used as a cursor; `None` for entries without one.
    fn listed_as(&self) -> Option<String>;
}

/// The type of every list.
#[derive(Clone, Copy, serde::Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ListObject {
    List,
}

/// The error for a cursor that this list did not issue.
pub(crate) fn unknown_cursor(param: &str) -> Error {
    unknown_cursor_of(param, "next_after")
}

/// The error for a cursor that this list did not give out in `field` of a page.
pub(crate) fn unknown_cursor_of(param: &str, field: &str) -> Error {
    Error::Invalid(Invalid {
        param: Some(param.to_owned()),
        reason: InvalidReason::Cursor,
        message: format!("{param} must be the {field} of an earlier page of the same list."),
    })
}

/// The number of a cursor that consists of a prefix and a number, if this list can have issued it.
pub(crate) fn numbered(prefix: &str, cursor: &str) -> Option<u32> {
    number(cursor.strip_prefix(prefix)?)
}

/// A number that may have been assigned: digits, within the database's integer.
pub(crate) fn number(digits: &str) -> Option<u32> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| plain)?;
    i32::try_from(number).is_ok().then_some(number)
}
