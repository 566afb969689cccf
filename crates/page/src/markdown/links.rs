//! Where a link in a message may lead.

/// Whether a link may lead there: the web and mail, by a whole address. A relative address
/// would lead to this server, and its writer did not mean that.
pub(super) fn allowed(destination: &str) -> bool {
    let Some((scheme, rest)) = destination.split_once(':') else {
        return false;
    };
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let mail = scheme.eq_ignore_ascii_case("mailto");
    // Characters that browsers drop or take for a slash. Links do not need them.
    let plain = !rest.contains(|c: char| c.is_control() || c == '\\');
    plain && ((web && rest.starts_with("//")) || mail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_the_web_and_to_mail() {
        for good in [
            "https://example.org/a?b#c",
            "HTTP://example.org",
            "mailto:a@example.org",
        ] {
            assert!(allowed(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            " javascript:x",
            "\u{1}javascript:x",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:x",
            "/relative",
            "#fragment",
            "//example.org",
            "?query",
            "",
            "https:example.org",
            "https:\\\\example.org",
            "http://a\tb",
            "view-source:https://x",
            "ftp://example.org",
        ] {
            assert!(!allowed(bad), "{bad:?}");
        }
    }
}
