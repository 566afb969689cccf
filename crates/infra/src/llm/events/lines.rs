//! Each line of a stream as a field of an event, also if the server wrote it in another form.

use bytes::Bytes;

/// The name that is given to an event without an end.
pub(in super::super) const CUT: &str = "cut off";

/// The fields of an event. Some servers write them with spaces around the name, or in capitals.
const FIELDS: [&str; 4] = ["data", "event", "id", "retry"];

/// The field with the data.
const DATA: &str = "data";

/// A field that llama.cpp has written in place of an event's name and data, in many versions.
const ERROR: &str = "error";

/// The beginning of the same error as an event.
const AS_EVENT: &[u8] = b"event: error\ndata:";

/// The greatest length of a field name, with spaces. A longer text is not a field.
const LONGEST: usize = 64;

/// The kind of a line.
#[derive(Clone, Copy, Default, PartialEq)]
enum Line {
    /// Not known yet.
    #[default]
    Unseen,
    /// All that follows in it stays.
    Known,
    /// A field that events do not have. It is to be ignored (HTML, 9.2.6).
    Foreign,
}

/// The state after the last piece.
#[derive(Default)]
pub(super) struct Lines {
    /// The beginning of the line, until the kind of line is known.
    head: Vec<u8>,
    line: Line,
    /// Whether the line began with white space.
    is_indented: bool,
    /// Whether a line was seen.
    has_begun: bool,
    /// Whether the event has data by now.
    has_data: bool,
    /// The foreign fields of the event.
    foreign: Vec<u8>,
    /// The kind of a line that has just ended in a carriage return: a line feed may follow.
    returned: Option<Line>,
}

impl Lines {
    /// The piece with each line as a field of an event. The parser would silently drop a line that
    /// is not a field: such a line becomes data, which is then read or reported.
    pub(super) fn repaired(&mut self, piece: &[u8]) -> Bytes {
        let mut repaired = Vec::with_capacity(piece.len() + AS_EVENT.len());
        let mut rest = piece;
        while let Some((byte, after)) = rest.split_first() {
            let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
            let returned = self.returned.take();
            if is_end(byte) {
                rest = after;
                match returned {
                    Some(Line::Foreign) if *byte == b'\n' => {}
                    Some(_) if *byte == b'\n' => repaired.push(b'\n'),
                    _ => {
                        self.returned = (*byte == b'\r').then_some(self.line);
                        self.end_line(&mut repaired, *byte);
                    }
                }
            } else if self.line == Line::Unseen {
                rest = after;
                if self.head.is_empty() && matches!(byte, b' ' | b'\t') {
                    self.is_indented = true;
                } else {
                    self.head.push(*byte);
                    self.look(&mut repaired);
                }
            } else {
                let end = rest.iter().position(is_end).unwrap_or(rest.len());
                let (line, after) = rest.split_at(end);
                match self.line {
                    Line::Foreign => self.foreign.extend_from_slice(line),
                    _ => repaired.extend_from_slice(line),
                }
                rest = after;
            }
        }
        repaired.into()
    }

    /// Determines the kind of line, as soon as the beginning shows it.
    fn look(&mut self, repaired: &mut Vec<u8>) {
        const MARK: &[u8] = b"\xEF\xBB\xBF";
        if !self.has_begun && MARK.starts_with(&self.head) {
            if self.head == MARK {
                self.head.clear();
                self.has_begun = true;
            }
            return;
        }
        self.has_begun = true;
        let colon = self.head.ends_with(b":");
        let head = self.head.trim_ascii_end();
        let name = head.strip_suffix(b":").unwrap_or(head).trim_ascii_end();
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if colon && (name.is_empty() || name == ERROR || FIELDS.contains(&name.as_str())) {
            self.has_data |= name == ERROR || name == DATA;
            match name.as_str() {
                ERROR => repaired.extend_from_slice(AS_EVENT),
                name => {
                    repaired.extend_from_slice(name.as_bytes());
                    repaired.push(b':');
                }
            }
            self.head.clear();
            self.line = Line::Known;
        } else if colon && name.chars().all(is_name) {
            self.foreign.append(&mut self.head);
            self.line = Line::Foreign;
        } else if colon || self.head.len() > LONGEST || !self.may_be_a_name(&name) {
            self.take_as_data(repaired);
            self.line = Line::Known;
        }
    }

    /// Whether the line may become a field with a name that begins like this.
    fn may_be_a_name(&self, name: &str) -> bool {
        let has_spaces = self.head.ends_with(b" ") || self.head.ends_with(b"\t");
        match has_spaces {
            true => FIELDS.iter().chain([&ERROR]).any(|field| *field == name),
            false => name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')),
        }
    }

    fn take_as_data(&mut self, repaired: &mut Vec<u8>) {
        self.has_data = true;
        repaired.extend_from_slice(b"data:");
        repaired.append(&mut self.head);
    }

    fn end_line(&mut self, repaired: &mut Vec<u8>, end: u8) {
        match self.line {
            Line::Known => repaired.push(end),
            Line::Foreign => self.foreign.push(b'\n'),
            Line::Unseen => {
                self.end_unseen(repaired);
                repaired.push(end);
            }
        }
        self.head.clear();
        self.line = Line::Unseen;
        self.is_indented = false;
        self.has_begun = true;
    }

    /// Ends a line whose kind is not known yet.
    fn end_unseen(&mut self, repaired: &mut Vec<u8>) {
        let name = String::from_utf8_lossy(self.head.trim_ascii()).to_ascii_lowercase();
        match name.as_str() {
            // A line of white space is not an empty line, which would end the event.
            "" if self.is_indented => repaired.push(b':'),
            "" => {
                self.name_foreign(repaired);
                self.has_data = false;
            }
            name if FIELDS.contains(&name) => repaired.extend_from_slice(name.as_bytes()),
            _ => self.take_as_data(repaired),
        }
    }

    /// Fields that stand alone, and so may be all that the server has said, are made data.
    fn name_foreign(&mut self, repaired: &mut Vec<u8>) {
        let foreign = std::mem::take(&mut self.foreign);
        if self.has_data {
            return;
        }
        for line in foreign.split(|byte| *byte == b'\n') {
            if !line.is_empty() {
                repaired.extend_from_slice(b"data:");
                repaired.extend_from_slice(line);
                repaired.push(b'\n');
            }
        }
    }

    /// The end for an event that had none.
    pub(super) fn end(&mut self) -> Bytes {
        let mut rest = Vec::new();
        let is_blank = self.line == Line::Unseen && self.head.is_empty() && !self.is_indented;
        if !is_blank {
            self.end_line(&mut rest, b'\n');
        }
        self.name_foreign(&mut rest);
        if is_blank {
            rest.push(b'\n');
        }
        rest.extend_from_slice(format!("event: {CUT}\n\n").as_bytes());
        rest.into()
    }
}
