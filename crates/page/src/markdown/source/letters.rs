//! Classes of characters, as emphasis and addresses need them.

/// A letter of a script that puts no spaces between words.
pub(super) fn unspaced(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0FFF}' // Thai, Lao, Tibetan
        | '\u{1000}'..='\u{109F}' // Burmese
        | '\u{1780}'..='\u{17FF}' // Khmer
        | '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}' | '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}' // Hangul: particles follow at once
        | '\u{2E80}'..='\u{2FFF}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' // Han
        | '\u{3040}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{FF66}'..='\u{FF9F}' | '\u{1B000}'..='\u{1B2FF}' // Kana
        | '\u{3100}'..='\u{312F}' | '\u{31A0}'..='\u{31BF}' // Bopomofo
        | '\u{FFA0}'..='\u{FFDC}')
}

/// Punctuation of East Asian width, which ends a word as a space would.
pub(super) fn full_width(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303F}' | '\u{FE10}'..='\u{FE19}' | '\u{FE30}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF65}')
        && !matches!(c, '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{FF10}'..='\u{FF19}' | '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}')
}

pub(super) fn opening(c: char) -> bool {
    matches!(
        c,
        '(' | '['
            | '{'
            | '<'
            | '“'
            | '‘'
            | '„'
            | '‚'
            | '«'
            | '‹'
            | '¿'
            | '¡'
            | '「'
            | '『'
            | '【'
            | '（'
            | '〈'
            | '《'
            | '〔'
            | '〖'
            | '〘'
            | '〚'
            | '［'
            | '｛'
            | '｢'
            | '＜'
    )
}

/// A character at the end of words, phrases or quotations.
pub(super) fn closing(c: char) -> bool {
    matches!(
        c,
        ')' | ']'
            | '}'
            | '>'
            | '.'
            | ','
            | ':'
            | ';'
            | '!'
            | '?'
            | '%'
            | '…'
            | '”'
            | '’'
            | '»'
            | '›'
            | '、'
            | '。'
            | '，'
            | '．'
            | '：'
            | '；'
            | '！'
            | '？'
            | '％'
            | '」'
            | '』'
            | '】'
            | '）'
            | '〉'
            | '》'
            | '〕'
            | '〗'
            | '〙'
            | '〛'
            | '］'
            | '｝'
            | '｣'
            | '＞'
            | '｡'
            | '､'
            | '،'
            | '؛'
            | '؟'
            | '۔'
            | '।'
            | '॥'
            | '։'
            | '·'
            | '‽'
    )
}

/// Quotation marks that open and close, and the marks around code.
pub(super) fn both_ways(c: char) -> bool {
    // The mark that opens in English closes in German; French and Danish marks are reversed.
    matches!(
        c,
        '"' | '\'' | '`' | '＂' | '＇' | '“' | '”' | '‘' | '’' | '«' | '»' | '‹' | '›'
    )
}

pub(super) fn punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || opening(c)
        || closing(c)
        || both_ways(c)
        || full_width(c)
        || symbol(c)
        || matches!(c, '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205E}')
}

/// Symbols of money, of mathematics, arrows, units, emoji: CommonMark counts them as punctuation. So it
/// does the marks that some scripts have among their letters.
pub(super) fn symbol(c: char) -> bool {
    let block = matches!(c,
        '\u{A2}'..='\u{A9}' | '\u{AC}' | '\u{AE}'..='\u{B1}' | '\u{B4}' | '\u{B6}' | '\u{B8}' | '\u{D7}' | '\u{F7}'
        | '\u{0E3F}' | '\u{0E4F}' | '\u{0E5A}'..='\u{0E5B}' // Thai
        | '\u{0F04}'..='\u{0F14}' // Tibetan
        | '\u{104A}'..='\u{104F}' // Burmese
        | '\u{17D4}'..='\u{17D6}' | '\u{17D8}'..='\u{17DB}' // Khmer
        | '\u{20A0}'..='\u{20CF}' // Currencies
        | '\u{2100}'..='\u{214F}' // ℃, ™
        | '\u{2190}'..='\u{2BFF}' // Arrows, operators, shapes
        | '\u{30A0}' | '\u{30FB}' // Kana
        | '\u{3200}'..='\u{33FF}' // ㎡, ㈱
        | '\u{4DC0}'..='\u{4DFF}'
        | '\u{FFE0}'..='\u{FFEE}' // ￥
        | '\u{1F000}'..='\u{1FAFF}');
    let letter = c <= '\u{214F}' && c.is_alphabetic();
    block && !letter && !c.is_numeric()
}
