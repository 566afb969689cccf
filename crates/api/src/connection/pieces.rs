//! How many of a client's bytes the framework gets at a time. The framework makes a request of each
//! head that it finds, and each request takes some kilobytes until its answer is written.

use memchr::memchr_iter;

/// The most blank lines of one piece. Each head ends with one.
const BLANK_LINES: usize = 4;

/// The smallest piece that is cut at a blank line. Otherwise a body of blank lines would be passed
/// on four bytes at a time.
const LEAST: usize = 128;

/// The number of bytes that the framework gets next.
pub(super) fn piece(bytes: &[u8]) -> usize {
    let mut blank = memchr_iter(b'\n', bytes).filter(|&end| is_blank(bytes.get(..end)));
    let last = blank.nth(BLANK_LINES - 1);
    last.map_or(bytes.len(), |end| (end + 1).max(LEAST).min(bytes.len()))
}

/// Whether a line that ends behind these bytes is blank. The framework also takes lines without a
/// carriage return.
fn is_blank(before: Option<&[u8]>) -> bool {
    before.is_some_and(|before| before.ends_with(b"\n") || before.ends_with(b"\n\r"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_has_four_heads() {
        for head in [
            "GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /version HTTP/1.1\nHost: localhost\n\n",
        ] {
            assert_eq!(piece(head.repeat(100).as_bytes()), 4 * head.len());
            assert_eq!(piece(head.repeat(3).as_bytes()), 3 * head.len());
        }
    }

    #[test]
    fn one_head_and_its_body_are_not_parted() {
        let head = "POST / HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let body = "[\n  1,\n\n  2\n]\r\n".repeat(2);
        assert_eq!(
            piece(format!("{head}{body}").as_bytes()),
            head.len() + body.len()
        );
        assert_eq!(piece(b""), 0);
    }

    #[test]
    fn a_body_of_blank_lines_takes_a_poll_for_each_128_bytes() {
        let body = [b'\n'; 1_000];
        let (mut rest, mut polls) = (body.as_slice(), 0);
        while !rest.is_empty() {
            rest = rest.get(piece(rest)..).unwrap();
            polls += 1;
        }
        assert_eq!(polls, 8);
    }
}
