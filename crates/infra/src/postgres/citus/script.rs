//! Cuts a script into its statements.

/// The statements of a script, without those that are empty. Knows comments to the end of a line, texts,
/// names in quotes, and bodies between dollar signs.
pub(super) fn statements(script: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut begun, mut at) = (0, 0);
    let mut is_empty = true;
    while let Some(rest) = script.get(at..).filter(|rest| !rest.is_empty()) {
        let taken = length(rest);
        if rest.starts_with(';') {
            if !is_empty {
                found.extend(script.get(begun..at).map(str::trim));
            }
            (begun, is_empty) = (at + 1, true);
        } else if !rest.starts_with("--") && !rest.starts_with(char::is_whitespace) {
            is_empty = false;
        }
        at += taken;
    }
    if !is_empty {
        found.extend(script.get(begun..).map(str::trim));
    }
    found
}

/// The bytes of what stands at the beginning: something in which a semicolon has no meaning, or one character.
fn length(rest: &str) -> usize {
    let through = |opening: usize, closing: &str| {
        let after = rest.get(opening..).unwrap_or_default();
        let end = after.find(closing).map(|at| opening + at + closing.len());
        end.unwrap_or(rest.len())
    };
    match rest.chars().next() {
        Some('-') if rest.starts_with("--") => through(2, "\n"),
        Some('\'') => through(1, "'"),
        Some('"') => through(1, "\""),
        Some('$') => match dollar(rest) {
            Some(quote) => through(quote.len(), quote),
            None => 1,
        },
        first => first.map_or(1, char::len_utf8),
    }
}

/// The opening of a body between dollar signs: `$$`, or with a name in between.
fn dollar(rest: &str) -> Option<&str> {
    let (name, _) = rest.strip_prefix('$')?.split_once('$')?;
    let is_name = name.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
    is_name.then(|| rest.get(..name.len() + 2)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_cut_at_its_semicolons_and_nowhere_else() {
        let script = "-- Why; and how.\nset local x = 'a;b''c'; create index i on t (a) -- ;\nwhere \"a;b\" > 1;\n\
                      do $$\nbegin\n    execute 'x';\nend\n$$;\n;-- The end;\n";
        assert_eq!(
            statements(script),
            [
                "-- Why; and how.\nset local x = 'a;b''c'",
                "create index i on t (a) -- ;\nwhere \"a;b\" > 1",
                "do $$\nbegin\n    execute 'x';\nend\n$$",
            ]
        );
    }

    #[test]
    fn the_last_statement_needs_no_semicolon_and_dollar_signs_may_have_a_name() {
        assert_eq!(
            statements("select $1; do $body$ a; $$ b; $body$"),
            ["select $1", "do $body$ a; $$ b; $body$"]
        );
        assert!(statements("-- Nothing;\n").is_empty());
    }
}
