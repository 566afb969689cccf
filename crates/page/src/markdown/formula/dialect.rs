//! Translates the formulas of people and models into commands that the crate for MathML knows. Refuses
//! formulas that would take that crate long: deeply nested ones, and definitions.

use super::escapes;
use super::macros::MACROS;

/// How deep groups may stand in groups.
const DEEPEST: usize = 32;

/// How many commands may follow each other: each may take the next as its argument.
const COMMANDS: usize = 64;

/// Commands whose argument is text, and how its pieces are written.
const TEXTS: &[&str] = &[
    "text",
    "textrm",
    "textbf",
    "textit",
    "textsf",
    "texttt",
    "textnormal",
    "textup",
    "textsc",
    "mbox",
    "emph",
    "fbox",
];

pub(super) struct FormulaSource {
    pub(super) definitions: String,
    pub(super) tex: String,
}

pub(super) fn translate(tex: &str) -> Option<FormulaSource> {
    if tex.contains('\u{0}') || escapes::has_stand_in(tex) {
        return None;
    }
    let mut translation = Translation {
        out: FormulaSource {
            definitions: String::new(),
            tex: String::with_capacity(tex.len()),
        },
        depth: 0,
        commands: 0,
    };
    translation.mathematics(tex)?;
    Some(translation.out)
}

struct Translation {
    out: FormulaSource,
    depth: usize,
    commands: usize,
}

impl Translation {
    fn mathematics(&mut self, tex: &str) -> Option<()> {
        let mut rest = tex;
        while let Some(c) = rest.chars().next() {
            let after = rest.get(c.len_utf8()..)?;
            if c == '\\' {
                rest = self.command(after)?;
                continue;
            }
            match c {
                '{' => self.deeper()?,
                '}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            if !c.is_whitespace() {
                self.commands = 0;
            }
            match c {
                // A comment would take the rest of the line with it; a percent sign is meant.
                '%' => self.out.tex.push_str("\\%"),
                // They would have to be escaped in HTML.
                '<' => self.out.tex.push_str("\\lt "),
                '>' => self.out.tex.push_str("\\gt "),
                c => self.out.tex.push(c),
            }
            rest = after;
        }
        Some(())
    }

    fn deeper(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= DEEPEST).then_some(())
    }

    /// Translates the command after a backslash; returns the text after the command.
    fn command<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let end = text
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        self.commands += 1;
        if self.commands > COMMANDS {
            return None;
        }
        match name {
            "" => {
                let c = rest.chars().next()?;
                self.out.tex.push('\\');
                self.out.tex.push(c);
                return rest.get(c.len_utf8()..);
            }
            "def"
            | "gdef"
            | "edef"
            | "xdef"
            | "let"
            | "futurelet"
            | "newcommand"
            | "renewcommand"
            | "providecommand"
            | "newenvironment"
            | "DeclareMathOperator" => return None,
            "operatorname" | "mathop" => return self.operator(rest),
            "left" | "begin" => self.deeper()?,
            "right" | "end" => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        if TEXTS.contains(&name) {
            let (inside, after) = argument(rest)?;
            self.define(name);
            self.text(name, inside)?;
            return Some(after);
        }
        self.define(name);
        self.out.tex.push('\\');
        self.out.tex.push_str(name);
        // `\tag*{A}`
        Some(if name == "tag" {
            rest.strip_prefix('*').unwrap_or(rest)
        } else {
            rest
        })
    }

    fn define(&mut self, name: &str) {
        let Some((_, meaning)) = MACROS.iter().find(|(known, _)| *known == name) else {
            return;
        };
        let definition = format!("\\def\\{name}{meaning}");
        if !self.out.definitions.contains(&definition) {
            self.out.definitions.push_str(&definition);
        }
    }

    /// A name that is set upright: `\operatorname*{arg\,min}`.
    fn operator<'t>(&mut self, rest: &'t str) -> Option<&'t str> {
        let rest = rest.strip_prefix('*').unwrap_or(rest);
        let (inside, after) = argument(rest)?;
        let mut name = inside
            .replace("\\,", " ")
            .replace("\\ ", " ")
            .replace('~', " ");
        for wrapper in ["\\mathrm", "\\text", "\\rm"] {
            name = name.replace(wrapper, "");
        }
        let name = name.replace(['{', '}'], "");
        if name.chars().all(|c| c.is_alphanumeric() || c == ' ') {
            self.out.tex.push_str("\\operatorname{");
            self.out.tex.push_str(name.trim());
            self.out.tex.push('}');
        } else {
            self.deeper()?;
            self.out.tex.push_str("\\mathrm{");
            self.mathematics(inside)?;
            self.out.tex.push('}');
            self.depth = self.depth.saturating_sub(1);
        }
        Some(after)
    }

    /// Text, in which formulas may stand between dollars.
    fn text(&mut self, command: &str, inside: &str) -> Option<()> {
        let mut escaped = String::with_capacity(inside.len());
        let mut characters = inside.chars().peekable();
        while let Some(c) = characters.next() {
            let character = match c {
                '\\' => characters.next()?,
                // Alone, they would be a comment and a space.
                '%' | '#' | '&' | '_' => c,
                '~' => ' ',
                c => {
                    escaped.push(c);
                    continue;
                }
            };
            escaped.push(escapes::stand_in(character)?);
        }
        self.deeper()?;
        self.out.tex.push('{');
        for (at, piece) in escaped.split('$').enumerate() {
            if at % 2 == 1 {
                self.mathematics(piece)?;
            } else if !piece.is_empty() {
                self.out.tex.push_str(&format!("\\{command}{{{piece}}}"));
            }
        }
        self.out.tex.push('}');
        self.depth = self.depth.saturating_sub(1);
        Some(())
    }
}

/// The text in the braces at the beginning, and the text after them.
fn argument(text: &str) -> Option<(&str, &str)> {
    let inside = text.trim_start().strip_prefix('{')?;
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            _ if escaped => {}
            '{' => depth += 1,
            '}' if depth == 0 => return Some((inside.get(..at)?, inside.get(at + 1..)?)),
            '}' => depth -= 1,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    None
}
