//! The words in names such as `camelCase`, `XMLHttpRequest`, `user2Name`.

use super::Part;

/// A name with more words is not taken apart: it is a hash, or data.
const MOST: usize = 15;

/// The kinds of letters, as far as they show where a word in a name begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Also a letter of a script without capitals.
    Small,
    Capital,
    Digit,
    /// A letter of the symbol at this place, such as ㎏.
    Symbol(usize),
}

/// A place in a word, and in its text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spot {
    pub(super) plain: usize,
    pub(super) exact: usize,
    pub(super) place: usize,
}

/// Letters of one class that follow each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) class: Class,
    pub(super) start: Spot,
    /// The last letter before it.
    pub(super) before: Spot,
}

impl Run {
    fn is_of_letters(&self) -> bool {
        matches!(self.class, Class::Small | Class::Capital)
    }
}

/// The words in a name. `[]`: there is only one. `end` is the end of the name, `last` its last letter.
pub(super) fn parts(name: &str, runs: &[Run], last: Spot, end: Spot) -> Vec<Part> {
    let is_plain = match runs {
        [] | [_] => true,
        [first, second] => is_of_one_word(first, second),
        _ => false,
    };
    if is_plain {
        return Vec::new();
    }
    let starts = starts(name, runs, last);
    if starts.len() < 2 || starts.len() > MOST {
        return Vec::new();
    }
    let mut all: Vec<Part> = spans(&starts, end).collect();
    // `iPhone` in `iPhoneCase`.
    if let [first, second, third, ..] = starts.as_slice()
        && second.plain == 1
        && runs.first().is_some_and(|run| run.class == Class::Small)
    {
        add(&mut all, part(*first, *third));
    }
    // `OAuth` in `OAuth2`.
    let pairs = runs.iter().zip(runs.iter().skip(1));
    let borders = pairs.filter(|(one, next)| one.is_of_letters() != next.is_of_letters());
    let groups = starts.iter().take(1).copied();
    let groups: Vec<Spot> = groups.chain(borders.map(|(_, next)| next.start)).collect();
    for group in spans(&groups, end) {
        if group.plain.len() < name.len() {
            add(&mut all, group);
        }
    }
    match all.len() > MOST {
        true => Vec::new(),
        false => all,
    }
}

fn add(all: &mut Vec<Part>, part: Part) {
    if !all.contains(&part) {
        all.push(part);
    }
}

/// Whether these are a capital and small letters.
fn is_of_one_word(first: &Run, second: &Run) -> bool {
    first.class == Class::Capital
        && second.class == Class::Small
        && second.before.plain == first.start.plain
}

/// Where the words begin.
fn starts(name: &str, runs: &[Run], last: Spot) -> Vec<Spot> {
    let mut starts: Vec<Spot> = runs.first().map(|first| first.start).into_iter().collect();
    let ends = runs.iter().skip(2).map(|next| next.before).chain([last]);
    for ((before, run), end) in runs.iter().zip(runs.iter().skip(1)).zip(ends) {
        match (before.class, run.class) {
            (Class::Capital, Class::Small) => {
                // `URLs` is one word; the last capital of `URLPath` begins the next.
                let is_one = end.plain == run.start.plain;
                let is_plural = is_one && name.get(end.plain..).is_some_and(is_s);
                if !is_of_one_word(before, run) && !is_plural {
                    starts.push(run.before);
                }
            }
            _ => starts.push(run.start),
        }
    }
    starts
}

fn is_s(rest: &str) -> bool {
    rest.starts_with('s')
}

/// From each of these places to the next, the last to the end.
fn spans(starts: &[Spot], end: Spot) -> impl Iterator<Item = Part> {
    let ends = starts.iter().skip(1).copied().chain([end]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| part(*start, end))
}

fn part(start: Spot, end: Spot) -> Part {
    Part {
        plain: start.plain..end.plain,
        exact: start.exact..end.exact,
        place: start.place..end.place.max(start.place + 1),
    }
}
