//! Whether a place in Markdown is within code, by the rules that matter for marks.

/// Whether the text at this place is in a fence, or between backticks.
pub(super) fn contains(text: &str, at: usize) -> bool {
    let mut fence: Option<(char, usize)> = None;
    let mut paragraph = 0;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let here = (start..end).contains(&at);
        let bare = line.trim();
        let run = bare.chars().next().filter(|c| matches!(c, '`' | '~'));
        let run = run.map(|mark| (mark, bare.chars().take_while(|c| *c == mark).count()));
        match (fence, run) {
            (Some((mark, length)), Some((found, count)))
                if found == mark && count >= length && bare.chars().count() == count =>
            {
                fence = None;
                paragraph = end;
            }
            (None, Some((mark, count))) if count >= 3 && !opens_and_closes(bare, mark, count) => {
                fence = Some((mark, count));
            }
            (None, _) if bare.is_empty() => paragraph = end,
            _ => {}
        }
        if here {
            return fence.is_some() || in_span(text, paragraph, at);
        }
        start = end;
    }
    false
}

/// Whether backticks follow in the same line: then they are a code span and not a fence.
fn opens_and_closes(line: &str, mark: char, count: usize) -> bool {
    mark == '`' && line.chars().skip(count).any(|c| c == '`')
}

/// Whether the place is between two runs of equally many backticks, within its paragraph.
fn in_span(text: &str, paragraph: usize, at: usize) -> bool {
    let rest = text.get(paragraph..).unwrap_or_default();
    let block = rest.split("\n\n").next().unwrap_or_default();
    let mut runs = Vec::new();
    let mut begun: Option<usize> = None;
    for (place, byte) in block.bytes().chain([b' ']).enumerate() {
        match (byte, begun) {
            (b'`', None) => begun = Some(place),
            (b'`', Some(_)) | (_, None) => {}
            (_, Some(start)) => {
                runs.push((start, place - start));
                begun = None;
            }
        }
    }
    let at = at.saturating_sub(paragraph);
    let mut runs = runs.as_slice();
    while let [(start, length), rest @ ..] = runs {
        if *start > at {
            return false;
        }
        runs = rest;
        let end = rest.iter().position(|(_, other)| other == length);
        if let Some((close, (end, _))) = end.and_then(|close| Some((close, rest.get(close)?))) {
            if at < *end {
                return true;
            }
            runs = rest.get(close + 1..).unwrap_or_default();
        }
    }
    false
}

/// The marks of code in the lines of a text that is still coming.
#[derive(Debug, Default)]
pub(super) struct CodeMarks {
    fence: Option<(char, usize)>,
    backticks: usize,
}

impl CodeMarks {
    /// Whether the next line is within code.
    pub(super) fn is_open(&self) -> bool {
        self.fence.is_some() || !self.backticks.is_multiple_of(2)
    }

    /// Takes note of a line that has come to its end: whether code begins or ends with it.
    pub(super) fn see_line(&mut self, line: &str) {
        let bare = super::tokens::without(line.trim());
        let mark = bare.chars().next().filter(|c| matches!(c, '`' | '~'));
        let run = mark.map(|mark| (mark, bare.chars().take_while(|c| *c == mark).count()));
        match (self.fence, run) {
            (Some((mark, length)), Some((found, count)))
                if found == mark && count >= length && bare.len() == count =>
            {
                self.fence = None;
                self.backticks = 0;
            }
            (Some(_), _) => {}
            (None, Some((mark, count))) if count >= 3 && !opens_and_closes(bare, mark, count) => {
                self.fence = Some((mark, count));
            }
            (None, _) if bare.is_empty() => self.backticks = 0,
            (None, _) => self.backticks += bare.bytes().filter(|byte| *byte == b'`').count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::contains;

    #[test]
    fn code_is_what_stands_in_fences_and_between_backticks() {
        for (text, expected) in [
            ("X", false),
            ("`X`", true),
            ("a `b` X", false),
            ("a `b` `X` c", true),
            ("`` a ` X ``", true),
            ("`a X", false),
            ("`a\n\nX`", false),
            ("```\nX\n```", true),
            ("```xml\nX", true),
            ("```\na\n```\nX", false),
            ("~~~\n```\nX\n~~~", true),
            ("```a```\nX", false),
            ("````\n```\nX\n````", true),
            ("a\n```\nb\n```\n`c` X `d`", false),
        ] {
            let at = text.find('X').unwrap();
            assert_eq!(contains(text, at), expected, "{text:?}");
        }
    }
}
