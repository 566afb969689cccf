/// The cost that a page may have, so that no message can keep a thread busy for long. Text beyond it is
/// shown without formatting, and never left out.
#[derive(Debug)]
pub(super) struct PageCost {
    /// Bytes of Markdown that may still be laid out.
    markdown: usize,
    /// Bytes of HTML that may still come of it.
    html: usize,
    /// Bytes of code that may still be coloured.
    code: usize,
    /// Bytes of formulas that may still be set.
    formulas: usize,
}

impl PageCost {
    /// Of one message.
    const MESSAGE: usize = 256 * 1024;
    /// Characters of one message that may be marks of Markdown. The parser keeps about a hundred bytes for
    /// each until the message is written. Tables of short cells have one in four, prose one in thirty.
    const MARKS: usize = 64 * 1024;
    /// Of one block of code.
    const BLOCK: usize = 32 * 1024;
    /// Of one formula.
    const FORMULA: usize = 4 * 1024;

    pub(super) fn of_a_page() -> Self {
        Self {
            markdown: 1024 * 1024,
            html: 3 * 1024 * 1024,
            code: 256 * 1024,
            formulas: 128 * 1024,
        }
    }

    /// The bytes of HTML that this Markdown may become. `None`: do not lay it out.
    pub(super) fn admit(&mut self, content: &str) -> Option<usize> {
        let length = content.len();
        if length > Self::MESSAGE || marks(content) > Self::MARKS {
            return None;
        }
        self.markdown = self.markdown.checked_sub(length)?;
        // Real text grows by half. A table of empty cells, or code of single letters, by twenty.
        Some(self.html.min(24 * length + 4096))
    }

    /// Records the HTML that was made.
    pub(super) fn spend(&mut self, html: usize) {
        self.html = self.html.saturating_sub(html);
    }

    /// Whether a formula of this length may be set.
    pub(super) fn admits_formula(&mut self, length: usize) -> bool {
        let rest = self.formulas.checked_sub(length);
        let rest = rest.filter(|_| length <= Self::FORMULA);
        self.formulas = rest.unwrap_or(self.formulas);
        rest.is_some()
    }

    /// Whether a block of code of this length may be coloured.
    pub(super) fn admits_colours(&mut self, length: usize) -> bool {
        let rest = self.code.checked_sub(length);
        match rest.filter(|_| length <= Self::BLOCK) {
            None => false,
            Some(rest) => {
                self.code = rest;
                true
            }
        }
    }
}

/// The characters that may be marks of Markdown, line ends among them.
fn marks(content: &str) -> usize {
    let is_mark = |byte: &u8| b"\n\r*_~|&\\[]<>!`".contains(byte);
    content.bytes().filter(is_mark).count()
}
