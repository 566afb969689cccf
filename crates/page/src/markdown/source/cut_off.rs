//! A formula that has no end, since the message was cut off within it.

use super::environments::ENVIRONMENTS;
use super::formulas::{Formulas, begins_line};
use super::prose::is_prose;
use super::tex;

/// The delimiters of formulas: opening and closing.
const DELIMITERS: [(&str, &str); 4] = [
    ("\\(", "\\)"),
    ("\\[", "\\]"),
    ("$$", "$$"),
    ("\\begin{", "\\end{"),
];

/// How long it is at the most, in bytes.
const LONGEST: usize = 4096;

impl<'a> Formulas<'a, '_> {
    /// The formula that begins at `at` and ends with the message, and whether it stands alone.
    pub(super) fn cut_off(&mut self, at: usize) -> Option<(&'a str, usize, bool)> {
        let content = self.around.content;
        let rest = content.get(at..)?;
        let (open, close) = DELIMITERS
            .into_iter()
            .find(|(open, _)| rest.starts_with(open))?;
        if self.find(close, at + open.len()).is_some() || self.last(open) != Some(at) {
            return None;
        }
        let formula = rest.trim_end();
        let mut inside = formula.get(open.len()..)?;
        if formula.len() > LONGEST || is_prose(inside) || tex::has_words(formula) {
            return None;
        }
        let environment = open == "\\begin{";
        if environment {
            let name = inside.split_once('}')?.0;
            ENVIRONMENTS.iter().find(|known| **known == name)?;
            inside = formula;
        }
        let display = match open {
            "\\(" => false,
            "\\begin{" => begins_line(self.line(at)),
            _ => true,
        };
        tex::has_command(inside).then_some((inside, at + formula.len(), display))
    }

    /// Where the delimiter stands for the last time.
    fn last(&mut self, open: &'static str) -> Option<usize> {
        let content = self.around.content;
        if let Some((_, at)) = self.last.iter().find(|(known, _)| *known == open) {
            return *at;
        }
        let at = content.rfind(open);
        self.last.push((open, at));
        at
    }
}
