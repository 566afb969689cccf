//! The form in which a link is shown: the address decides, otherwise the client's `Accept`.

use super::preview_bots;
use actix_web::HttpRequest;
use actix_web::http::header::{Accept, Header as _, Quality, QualityItem};
use serde::Deserialize;
use utoipa::ToSchema;

/// A form in which a link is shown.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ShareFormat {
    Json,
    Html,
    Md,
}

impl ShareFormat {
    /// The best form that the request's `Accept` names. If any form is accepted, a program that makes
    /// previews gets a page, and other programs get JSON.
    pub(crate) fn accepted(request: &HttpRequest) -> Self {
        let ranges = Accept::parse(request).map_or_else(|_| Vec::new(), |accept| accept.0);
        let usual = match preview_bots::asks(request) {
            true => Self::Html,
            false => Self::Json,
        };
        let mut best = (usual, Quality::ZERO);
        for QualityItem { item, quality } in ranges {
            if let Some(format) = Self::named(item.essence_str())
                && quality > best.1
            {
                best = (format, quality);
            }
        }
        best.0
    }

    fn named(media_type: &str) -> Option<Self> {
        match media_type {
            "text/html" | "application/xhtml+xml" => Some(Self::Html),
            "text/markdown" => Some(Self::Md),
            "application/json" | "application/*" => Some(Self::Json),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{ACCEPT, USER_AGENT};
    use actix_web::test::TestRequest;

    fn accepted(accept: &[&str]) -> ShareFormat {
        let request = accept.iter().fold(TestRequest::get(), |request, accept| {
            request.append_header((ACCEPT, *accept))
        });
        ShareFormat::accepted(&request.to_http_request())
    }

    #[test]
    fn browsers_get_a_page() {
        let firefox = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert_eq!(accepted(&[firefox]), ShareFormat::Html);
        assert_eq!(accepted(&["TEXT/HTML"]), ShareFormat::Html);
    }

    #[test]
    fn programs_get_json() {
        for accept in [
            "*/*",
            "application/json",
            "application/json, text/plain, */*",
            "text/html;q=0",
            "text/html;q=0.5, application/json",
            "nonsense",
            "",
            ";;;,,,",
            "text/html;q=x",
        ] {
            assert_eq!(accepted(&[accept]), ShareFormat::Json, "{accept}");
        }
        assert_eq!(accepted(&[]), ShareFormat::Json);
    }

    #[test]
    fn previews_are_made_of_the_page_unless_data_is_asked_for() {
        for (accept, format) in [
            ("*/*", ShareFormat::Html),
            ("application/json", ShareFormat::Json),
        ] {
            let request = TestRequest::get()
                .append_header((ACCEPT, accept))
                .append_header((USER_AGENT, "Slackbot-LinkExpanding 1.0"));
            let request = request.to_http_request();
            assert_eq!(ShareFormat::accepted(&request), format, "{accept}");
        }
    }

    #[test]
    fn the_greatest_weight_wins() {
        assert_eq!(
            accepted(&["application/json;q=0.5", "text/markdown;q=0.9"]),
            ShareFormat::Md
        );
        assert_eq!(
            accepted(&["application/json;q=0.5, text/html;level=1;q=0.7"]),
            ShareFormat::Html
        );
    }
}
