//! A first reading of a message. It finds code, the targets of links, and places that must be written in
//! another way, so that Markdown does not leave text out.

use crate::markdown::links::allowed;
use crate::markdown::options::OPTIONS;
use crate::markdown::surplus;
use pulldown_cmark::{CodeBlockKind, Event, LinkType, Parser, Tag, TagEnd};
use std::collections::HashSet;
use std::ops::Range;

/// A place that is not searched.
pub(super) struct KeptPlace {
    pub(super) place: Range<usize>,
    /// No formula reaches over it. An indented block can be the inside of a formula.
    pub(super) code: bool,
}

/// Something that is written into the text.
pub(super) struct TextChange {
    pub(super) at: usize,
    pub(super) what: ChangeKind,
}

pub(super) enum ChangeKind {
    /// The text after this place does not define a link, since a definition would not be shown.
    Point,
    /// A separate line.
    Break,
    /// The bar that follows parts no cells.
    Escape,
}

impl TextChange {
    pub(super) fn write(&self, out: &mut String, point: char) {
        match self.what {
            ChangeKind::Point => out.push(point),
            ChangeKind::Break => out.push_str("  "),
            ChangeKind::Escape => out.push('\\'),
        }
    }
}

/// Both in the order of the text.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) kept: Vec<KeptPlace>,
    pub(super) changes: Vec<TextChange>,
}

pub(super) fn read(content: &str) -> Reading {
    let mut reading = Reading::default();
    let mut parser = Parser::new_ext(content, OPTIONS).into_offset_iter();
    let mut used: HashSet<usize> = HashSet::new();
    // Where something begins. A line with a definition that is not among them was dropped.
    let mut known: HashSet<usize> = HashSet::new();
    // Where the text of each open link ends so far, and where the last cell of a table did.
    let mut links: Vec<usize> = Vec::new();
    let mut cell = 0;
    while let Some((event, place)) = parser.next() {
        known.insert(place.start);
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let code = matches!(kind, CodeBlockKind::Fenced(_));
                reading.keep(place.clone(), code);
                continue;
            }
            Event::Code(_) => reading.keep(place.clone(), true),
            Event::Html(_) => reading.keep(place.clone(), false),
            Event::Start(Tag::Link { link_type, id, .. } | Tag::Image { link_type, id, .. }) => {
                let definition = parser.reference_definitions().get(&id);
                // A link that may not lead there is shown as text, and so is its definition.
                let definition = definition.filter(|definition| allowed(&definition.dest));
                used.extend(definition.map(|definition| definition.span.start));
                match link_type {
                    LinkType::Autolink | LinkType::Email => reading.keep(place.clone(), true),
                    _ => {}
                }
                links.push(place.start);
                continue;
            }
            Event::End(TagEnd::Link | TagEnd::Image) => {
                if let Some(inside) = links.pop() {
                    reading.keep(inside..place.end, false);
                }
            }
            Event::End(TagEnd::TableCell) => cell = place.end,
            Event::End(TagEnd::TableRow) => {
                let surplus = surplus::of(content, cell, place.end);
                if !surplus.is_empty() {
                    reading.escape_bars(content, place.clone());
                }
            }
            Event::Start(_) => continue,
            _ => {}
        }
        if let Some(inside) = links.last_mut() {
            *inside = place.end.max(*inside);
        }
    }
    for (_, definition) in parser.reference_definitions().iter() {
        let place = definition.span.clone();
        known.insert(place.start);
        if used.contains(&place.start) {
            reading.keep(place, false);
        } else {
            reading.show(content, place);
        }
    }
    reading.kept.sort_by_key(|kept| kept.place.start);
    reading.show_repeated_definitions(content, &known);
    reading.changes.sort_by_key(|change| change.at);
    reading
}

impl Reading {
    fn keep(&mut self, place: Range<usize>, code: bool) {
        self.kept.push(KeptPlace { place, code });
    }

    fn change(&mut self, at: usize, what: ChangeKind) {
        self.changes.push(TextChange { at, what });
    }

    /// Shows a definition that no link uses.
    fn show(&mut self, content: &str, place: Range<usize>) {
        self.change(place.start, ChangeKind::Point);
        let rest = content.get(place.end..).unwrap_or_default();
        if rest.starts_with(['\n', '\r']) {
            self.change(place.end, ChangeKind::Break);
        }
    }

    /// Shows the definitions of a name that was defined before: Markdown drops them.
    fn show_repeated_definitions(&mut self, content: &str, known: &HashSet<usize>) {
        let mut at = 0;
        for line in content.split_inclusive('\n') {
            let inside = line.trim_start_matches([' ', '>']);
            let start = at + line.len() - inside.len();
            let end = at + line.trim_end_matches(['\n', '\r']).len();
            at += line.len();
            let defines = inside.starts_with('[') && inside.contains("]:");
            if defines && !known.contains(&start) && !self.keeps(start) {
                self.show(content, start..end);
            }
        }
    }

    /// Whether this place is in one that is kept. Those must be in their order.
    fn keeps(&self, start: usize) -> bool {
        let after = self.kept.partition_point(|kept| kept.place.start <= start);
        let last = after.checked_sub(1).and_then(|last| self.kept.get(last));
        last.is_some_and(|kept| kept.place.contains(&start))
    }

    /// A row has more cells than the table has columns, and Markdown would drop them. Most often a bar
    /// in code made one cell two.
    fn escape_bars(&mut self, content: &str, row: Range<usize>) {
        let text = content.get(row.clone()).unwrap_or_default();
        let mut from = 0;
        while let Some(open) = text.get(from..).and_then(|rest| rest.find('`')) {
            let open = from + open;
            let rest = text.get(open..).unwrap_or_default();
            let run = rest.find(|c| c != '`').unwrap_or(rest.len());
            let (ticks, inside) = rest.split_at(run);
            // Real code has no longer runs, and they would take long to look for.
            let end = (run < 4).then(|| end_of_code(inside, ticks)).flatten();
            let code = end.and_then(|end| inside.get(..end)).unwrap_or_default();
            for (at, _) in code.match_indices('|') {
                if !code.get(..at).is_some_and(|before| before.ends_with('\\')) {
                    self.change(row.start + open + run + at, ChangeKind::Escape);
                }
            }
            from = open + run + end.map_or(0, |end| end + run);
        }
    }
}

/// Where the run of as many backticks begins that ends code.
fn end_of_code(text: &str, ticks: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let found = from + text.get(from..)?.find('`')?;
        let rest = text.get(found..)?;
        let run = rest.find(|c| c != '`').unwrap_or(rest.len());
        if run == ticks.len() {
            return Some(found);
        }
        from = found + run;
    }
}
