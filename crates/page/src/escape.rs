/// Writes text so that it stays text in an element and in a quoted attribute.
pub(super) fn escape(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        let mut characters = found.chars();
        out.push_str(match characters.next() {
            Some('&') => "&amp;",
            Some('<') => "&lt;",
            Some('>') => "&gt;",
            Some('"') => "&quot;",
            _ => "&#39;",
        });
        rest = characters.as_str();
    }
    out.push_str(rest);
}
