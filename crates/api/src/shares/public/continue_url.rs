//! The address at which a shared conversation can be continued, in a program of the operator.

/// The placeholder for the link's name in the address.
const PLACEHOLDER: &str = "{share_id}";

/// Schemes of programs that open a conversation. Schemes that run or show the address itself
/// (`javascript:`, `data:`) are never allowed.
const SCHEMES: [&str; 3] = ["https", "http", "jan"];

/// An address with a place for the name of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContinueUrl(String);

impl ContinueUrl {
    /// The form of a valid address.
    pub const RULE: &str = "must be an address of http, https or jan with {share_id} behind its host, \
         such as https://chat.example.org/shared/{share_id}";

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let known = SCHEMES
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known));
        // A browser would read some of these as others, or leave them out.
        let odd = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
        let (host, behind) = rest.split_at(rest.find(['/', '?', '#'])?);
        // The link's name is a secret, so it is not allowed in the host: name servers would see it.
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
        let good = known
            && !host.is_empty()
            && host.chars().all(plain)
            && !rest.contains(odd)
            && behind.contains(PLACEHOLDER);
        good.then(|| Self(text.to_owned()))
    }

    /// The address for a link. Its name has letters, digits and `_` alone.
    pub(super) fn of(&self, share_id: &str) -> Option<String> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        share_id
            .bytes()
            .all(plain)
            .then(|| self.0.replace(PLACEHOLDER, share_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_names_the_link_behind_the_host() {
        for (url, address) in [
            ("https://a.example/{share_id}", "https://a.example/share_1"),
            (
                "http://[::1]:3000/?s={share_id}&x={share_id}",
                "http://[::1]:3000/?s=share_1&x=share_1",
            ),
            ("jan://share/{share_id}", "jan://share/share_1"),
            (
                "HTTPS://a.example/#/{share_id}",
                "HTTPS://a.example/#/share_1",
            ),
        ] {
            let url = ContinueUrl::parse(url).unwrap();
            assert_eq!(url.of("share_1").as_deref(), Some(address));
            assert_eq!(url.of("share_1\"><script>"), None);
        }
    }

    #[test]
    fn addresses_that_could_run_or_reveal_the_name_are_refused() {
        for bad in [
            "",
            "{share_id}",
            "/{share_id}",
            "https://a.example/",
            "https://{share_id}.example/",
            "https://{share_id}.example/{share_id}",
            "https://a.example@{share_id}/",
            "https://user@a.example/{share_id}",
            "https:///{share_id}",
            "https:a.example/{share_id}",
            "https://a.example/{share_id} x",
            "https://a.example/\n{share_id}",
            "https://a.example\\{share_id}/{share_id}",
            "javascript://a/{share_id}",
            "JavaScript:alert('{share_id}')",
            "java\tscript://a/{share_id}",
            " javascript://a/%0aalert(1)//{share_id}",
            "data:text/html,{share_id}",
            "vbscript://a/{share_id}",
            "blob://a/{share_id}",
            "file:///{share_id}",
            "ftp://a.example/{share_id}",
        ] {
            assert_eq!(ContinueUrl::parse(bad), None, "{bad:?}");
        }
    }
}
