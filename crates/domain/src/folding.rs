//! Texts without regard to case and width: equal texts have the same folded form, independent of
//! the locale of any database.

use unicode_normalization::UnicodeNormalization as _;

/// The folded form of a text, in which it is compared.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkc() {
        // JavaScript's lower case of İ is an i and a dot above it, as a character of its own.
        if c != '\u{307}' || !folded.ends_with('i') {
            lower(c, |lower| folded.push(lower));
        }
    }
    folded.nfc().collect()
}

/// The lower case of a character, one for all its forms: ß is ss, a final sigma is a sigma, and the
/// dotted and the dotless i are one letter.
pub fn lower(c: char, mut put: impl FnMut(char)) {
    match c {
        'ß' | 'ẞ' => {
            put('s');
            put('s');
        }
        'ς' => put('σ'),
        'ı' | 'İ' => put('i'),
        c if c.is_ascii() => put(c.to_ascii_lowercase()),
        c => c.to_lowercase().for_each(put),
    }
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn case_and_width_make_no_difference() {
        for (one, other) in [
            ("Straße", "STRASSE"),
            ("ΟΔΟΣ", "οδος"),
            ("ＡＢＣ", "abc"),
            ("İstanbul", "ISTANBUL"),
            ("İş", "i\u{307}ş"),
            ("ПРИВЕТ", "привет"),
            ("cafe\u{301}", "CAFÉ"),
            ("ｶﾞ", "ガ"),
        ] {
            assert_eq!(fold(one), fold(other), "{one}");
        }
    }

    #[test]
    fn other_letters_stay_apart() {
        for (one, other) in [("café", "cafe"), ("ё", "е"), ("я", "a")] {
            assert_ne!(fold(one), fold(other), "{one}");
        }
    }
}
