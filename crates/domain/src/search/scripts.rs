//! The kinds of characters, as far as words need them.

use crate::visible::is_ignorable;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// It ends a word, but may be left out between characters of scripts without spaces.
pub(super) const SPACE_WITHOUT_WIDTH: char = '\u{200b}';

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LetterKind {
    Letter,
    /// A combining mark: a diacritic, a vowel sign.
    Mark,
    /// A Korean syllable, which stays whole.
    Syllable,
    /// A character that is a word of its own: a symbol such as an emoji.
    Single,
    Separator,
    /// Invisible, or of no meaning for the word.
    Ignored,
}

pub(super) fn kind(c: char) -> LetterKind {
    match c {
        c if is_never_counted(c) => LetterKind::Ignored,
        '\u{ac00}'..='\u{d7a3}' => LetterKind::Syllable,
        c if is_symbol(c) => LetterKind::Single,
        c if is_combining_mark(c) => LetterKind::Mark,
        c if c.is_alphanumeric() => LetterKind::Letter,
        _ => LetterKind::Separator,
    }
}

/// Characters of scripts that are written without spaces between words, and of Korean, whose words
/// have endings without number.
pub(super) fn is_dense(c: char) -> bool {
    matches!(c,
        // Thai, Lao, Burmese, Khmer.
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{aa60}'..='\u{aa7f}' | '\u{a9e0}'..='\u{a9ff}'
        // Korean.
        | '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}'
        // Kana, Bopomofo.
        | '\u{3005}'..='\u{3007}' | '\u{3031}'..='\u{3035}' | '\u{303b}'
        | '\u{3041}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}'
        | '\u{1aff0}'..='\u{1b16f}'
        // Han.
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
        && !('\u{e50}'..='\u{e59}').contains(&c)
}

/// The second and third parts of Korean syllables.
pub(super) fn is_jamo(c: char) -> bool {
    ('\u{1161}'..='\u{11ff}').contains(&c)
}

/// The marks of kana, such as the one in が.
pub(super) fn is_sound_mark(c: char) -> bool {
    matches!(c, '\u{3099}' | '\u{309a}')
}

/// The letters of which two are a flag.
pub(super) fn is_regional(c: char) -> bool {
    ('\u{1f1e6}'..='\u{1f1ff}').contains(&c)
}

/// Whether the compatible form of a symbol has words: that of ㎏, ℃, № or ㈱.
pub(super) fn stands_for_words(c: char) -> bool {
    let mut stands = false;
    decompose_compatible(c, |part| {
        stands |= part != c && !matches!(kind(part), LetterKind::Separator | LetterKind::Mark);
    });
    stands
}

/// Whether the compatible form of a character may have more than four characters: that of ﷺ has eighteen.
pub(super) fn is_long(c: char) -> bool {
    matches!(
        c,
        '\u{321d}' | '\u{321e}' | '\u{327c}' | '\u{3300}'
            ..='\u{3357}' | '\u{33ae}' | '\u{33af}' | '\u{fdfa}' | '\u{fdfb}'
    )
}

/// Marks that many writers leave out of a word. Vowel signs of Indian scripts and sound marks of kana
/// are not among them.
pub(super) fn is_diacritic(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}'
        | '\u{653}'..='\u{655}')
}

/// The letter without its stroke, which Unicode does not take apart.
pub(super) fn without_stroke(c: char) -> Option<char> {
    Some(match c {
        'đ' | 'Đ' | 'ð' | 'Ð' => 'd',
        'ø' | 'Ø' => 'o',
        'ł' | 'Ł' => 'l',
        'ħ' | 'Ħ' => 'h',
        'ŧ' | 'Ŧ' => 't',
        _ => return None,
    })
}

/// Vowel points of Arabic and Hebrew, the line that stretches Arabic words, and what is invisible.
fn is_never_counted(c: char) -> bool {
    matches!(c, '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{652}' | '\u{656}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0100}'..='\u{e01ef}')
        || is_ignorable(c)
}

/// Emoji and other symbols for which a person may look.
fn is_symbol(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{25a0}'..='\u{27bf}'
        | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1f1ff}' | '\u{1f200}'..='\u{1faff}'
        | '\u{20a0}'..='\u{20cf}' | '£' | '¥' | '©' | '®' | '™' | '°' | '∞' | '√' | '∑' | '∫' | '≈' | '≠')
}
