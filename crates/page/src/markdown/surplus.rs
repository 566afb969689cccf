//! Cells of a row beyond the table's columns. GitHub drops them; here they are shown.

/// The rest of a row after the last cell that Markdown has read, without the bars around it.
pub(super) fn of(text: &str, cell_end: usize, row_end: usize) -> &str {
    let rest = text.get(cell_end..row_end).unwrap_or_default().trim();
    let rest = rest.strip_prefix('|').unwrap_or(rest);
    match rest.strip_suffix('|') {
        Some(inside) if !inside.ends_with('\\') => inside.trim(),
        _ => rest.trim(),
    }
}

/// The cells of it.
pub(super) fn cells(surplus: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(surplus).filter(|surplus| !surplus.is_empty());
    std::iter::from_fn(move || {
        let text = rest?;
        let bars = text.match_indices('|').map(|(at, _)| at);
        let mut bars =
            bars.filter(|at| !text.get(..*at).is_some_and(|before| before.ends_with('\\')));
        let (cell, next) = match bars.next() {
            None => (text, None),
            Some(at) => (text.get(..at)?, text.get(at + 1..)),
        };
        rest = next;
        Some(cell.trim())
    })
}
