//! The encodings that a client accepts (RFC 9110, 12.5.3).

use actix_web::http::header::{ACCEPT_ENCODING, HeaderMap};

/// An encoding of this service. If a client likes both as much, the first is preferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Zstd,
    Gzip,
}

impl Encoding {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }
}

/// How much a client likes each form, in thousandths; `None`: it does not say.
#[derive(Default)]
struct Liked {
    zstd: Option<u16>,
    gzip: Option<u16>,
    identity: Option<u16>,
    others: Option<u16>,
}

/// The encoding for an answer; `None`: the text is sent uncompressed. A client that refuses every
/// form also gets the uncompressed text, since it can probably read it.
pub(crate) fn accepted(headers: &HeaderMap) -> Option<Encoding> {
    let mut liked = Liked::default();
    let values = headers.get_all(ACCEPT_ENCODING);
    for value in values.filter_map(|value| value.to_str().ok()) {
        value.split(',').for_each(|entry| liked.read(entry));
    }
    // A star stands for what every client knows.
    let gzip = liked.gzip.or(liked.others).unwrap_or(0);
    let zstd = liked.zstd.unwrap_or(0);
    let (best, most) = if zstd >= gzip {
        (Encoding::Zstd, zstd)
    } else {
        (Encoding::Gzip, gzip)
    };
    // A client that does not name it accepts it as the last resort.
    let identity = liked.identity.unwrap_or(0);
    (most > 0 && most >= identity).then_some(best)
}

impl Liked {
    /// Reads an entry of the list, and ignores a malformed one.
    fn read(&mut self, entry: &str) {
        let (name, weight) = entry.split_once(';').unwrap_or((entry, ""));
        let name = name.trim();
        let accepted = if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
            &mut self.gzip
        } else if name.eq_ignore_ascii_case("zstd") {
            &mut self.zstd
        } else if name.eq_ignore_ascii_case("identity") {
            &mut self.identity
        } else if name == "*" {
            &mut self.others
        } else {
            return;
        };
        *accepted = thousandths(weight).or(*accepted);
    }
}

/// The weight of an entry: `q=0.5` is 500, and an empty text is 1000.
fn thousandths(weight: &str) -> Option<u16> {
    let weight = weight.trim();
    if weight.is_empty() {
        return Some(1000);
    }
    let (name, value) = weight.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, part) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !["0", "1"].contains(&whole) || part.len() > 3 || !is_number(part) {
        return None;
    }
    let part: u16 = format!("{part:0<3}").parse().ok()?;
    match (whole, part) {
        ("0", part) => Some(part),
        (_, 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn of(sent: &[&str]) -> Option<Encoding> {
        let mut headers = HeaderMap::new();
        for value in sent {
            headers.append(ACCEPT_ENCODING, HeaderValue::from_str(value).unwrap());
        }
        accepted(&headers)
    }

    #[test]
    fn a_client_gets_the_form_that_it_likes_most() {
        use Encoding::{Gzip, Zstd};
        for (sent, encoding) in [
            ("gzip", Some(Gzip)),
            ("GZip", Some(Gzip)),
            ("x-gzip", Some(Gzip)),
            ("gzip, deflate, br, zstd", Some(Zstd)),
            ("zstd;q=0.5, gzip;q=0.8", Some(Gzip)),
            (" zstd ; q = 0.5 ,gzip;Q=0.5", Some(Zstd)),
            ("zstd;q=0, gzip;q=0.001", Some(Gzip)),
            ("*", Some(Gzip)),
            ("zstd;q=0.2, *;q=0.1", Some(Zstd)),
            ("*;q=0", None),
            ("gzip;q=1.000, *;q=0", Some(Gzip)),
            ("gzip;q=0, *", None),
            ("identity;q=0", None),
            ("identity;q=0, gzip", Some(Gzip)),
            ("identity, gzip;q=0.5", None),
            ("identity;q=0.5, gzip;q=0.5", Some(Gzip)),
            ("br, deflate, compress", None),
            ("", None),
            // An entry with a malformed weight is ignored.
            ("gzip;q=1.1, zstd;q=-1", None),
            ("gzip;q=0.0001, zstd;q=x", None),
            ("gzip;level=9", None),
            ("gzip;q=, ;;, ,", None),
        ] {
            assert_eq!(of(&[sent]), encoding, "{sent}");
        }
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["br", "zstd;q=0.1", "gzip;q=0.2"]), Some(Gzip));
    }
}
