//! The numbers of lists. HTML counts by itself, and here the written numbers stay.

/// The numbers of the lists that are open, innermost last.
#[derive(Default)]
pub(super) struct Numbers(Vec<Option<Count>>);

struct Count {
    next: u64,
    last: Option<u64>,
}

impl Numbers {
    /// A list that begins with this number, or has none.
    pub(super) fn begin_list(&mut self, first: Option<u64>) {
        self.0.push(first.map(|next| Count { next, last: None }));
    }

    pub(super) fn end_list(&mut self) {
        self.0.pop();
    }

    /// The number of an item, if HTML would count otherwise. If all items have the same number,
    /// HTML counts them.
    pub(super) fn item(&mut self, written: &str) -> Option<u64> {
        let count = self.0.last_mut()?.as_mut()?;
        let end = written.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = written.get(..end)?.parse().ok()?;
        let counted = number == count.next || count.last == Some(number);
        count.next = if counted { count.next } else { number } + 1;
        count.last = Some(number);
        (!counted).then_some(number)
    }
}
