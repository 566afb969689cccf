//! Environments of LaTeX, which are formulas.

use super::formulas::Formulas;

/// How long one is at the most, in bytes: its end is looked for more than once.
const LONGEST: usize = 8 * 1024;

/// Environments that are formulas without any delimiter around them.
pub(super) const ENVIRONMENTS: &[&str] = &[
    "equation",
    "equation*",
    "align",
    "align*",
    "aligned",
    "alignat",
    "alignat*",
    "alignedat",
    "gather",
    "gather*",
    "gathered",
    "multline",
    "multline*",
    "eqnarray",
    "eqnarray*",
    "split",
    "flalign",
    "flalign*",
    "cases",
    "array",
    "matrix",
    "pmatrix",
    "bmatrix",
    "Bmatrix",
    "vmatrix",
    "Vmatrix",
    "smallmatrix",
    "dcases",
];

impl<'a> Formulas<'a, '_> {
    /// An environment, of those that are formulas.
    pub(super) fn environment(&mut self, at: usize) -> Option<(&'a str, usize)> {
        let content = self.around.content;
        let rest = content.get(at..)?.strip_prefix("\\begin{")?;
        let name = rest.split_once('}')?.0;
        let name = ENVIRONMENTS.iter().find(|known| **known == name)?;
        let (begin, end) = (format!("\\begin{{{name}}}"), format!("\\end{{{name}}}"));
        let mut from = at + begin.len();
        // The same one inside it is seldom, and seldom deep.
        for _ in 0..16 {
            let found = loop {
                let found = self.find("\\end{", from)?;
                if found - at > LONGEST {
                    return None;
                }
                from = found + end.len().min(content.len() - found);
                match content.get(found..)?.starts_with(&end) {
                    true => break found,
                    false => from = found + "\\end{".len(),
                }
            };
            let inside = content.get(at..found + end.len())?;
            if inside.matches(&begin).count() == inside.matches(&end).count() {
                return Some((inside, found + end.len()));
            }
        }
        None
    }
}
