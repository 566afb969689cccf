//! Words around a title: labels, sentences that lead to one, and answers without one. The words themselves
//! are a table, in `languages`.

use super::naming::{LONGEST, is_known, labels, names, words};
use super::pairs;
use crate::title::greeting::{has, is_greeting, is_in};
use crate::title::languages::LANGUAGES;

/// Words before a colon that are a label, and as often the first word of a title: "Topic: sentences in
/// Kafka". They are a label where the text after them begins like a title.
const WEAK: &str = "\
    topic|subject|thema|betreff|sujet|objet|asunto|tema|assunto|oggetto|тема|konu|主题|主題|주제|\
    name|answer|final answer|response|final response|assistant|output|result|chat name|\
    conversation name|thread name|название чата|suggestion|my suggestion|i suggest|i'd suggest|i’d suggest|\
    i would suggest|antwort|respuesta|réponse|resposta|risposta|ответ|答案|回答|답변|name des chats|nom|nombre|nome|\
    naam|nazwa|建议|建議|提案|제안|vorschlag|sugerencia|sugestão|suggerimento";

/// Words that lead to a title which is quoted, at the end of a sentence.
const LEADS: &str = "\
    titled|suggest|suggests|about|call|called|named|name|how|i|i'd|i’d|i'll|we|propose|recommend|entitled|\
    genannt|heißen|intitulée|intitulé|appeler|titulada|titulado|llamar|chamada|intitolata|what|maybe|perhaps|like";

/// Answers without a meaning.
const NOTHING: &str = "none|null|n/a|undefined|untitled|conversation|chat|assistant|answer|title";

/// Whether the line says that a title follows on the next.
pub(super) fn leads(line: &str) -> bool {
    let line = plain(line);
    let colon = line.ends_with([':', '：']);
    colon || is_none(&line) || is_bare(&line)
}

/// Whether the line is a label without the title.
pub(super) fn is_bare(line: &str) -> bool {
    labels(plain(line).trim_end_matches([':', '：']).trim())
}

/// An answer without a title: one without a meaning, "New chat", a greeting.
pub(super) fn is_none(line: &str) -> bool {
    if line.chars().nth(LONGEST).is_some() {
        return false;
    }
    let line = plain(line);
    let line = line
        .trim_end_matches(|c: char| "!.,。！，:：…".contains(c))
        .trim();
    is_in(NOTHING, line)
        || has(line, |language| language.sure)
        || has(line, |language| language.new)
        || is_new_chat(line)
        || is_greeting(line)
}

/// The name of a chat without a title: "Neuer Chat", "新对话".
fn is_new_chat(line: &str) -> bool {
    let is_chat = |rest: &str| has(rest.trim(), |language| language.chat);
    let mut news = LANGUAGES
        .iter()
        .flat_map(|language| language.new.split('|'));
    news.any(|new| {
        let rest = line.strip_prefix(new).or(line.strip_suffix(new));
        rest.is_some_and(is_chat)
    })
}

/// A refusal, an offer of help, or a thought about the person in the chat.
pub(super) fn is_refusal(line: &str) -> bool {
    let line = line.to_lowercase();
    let mut refusals = LANGUAGES
        .iter()
        .flat_map(|language| language.refusals.split('|'));
    if refusals.any(|start| line.starts_with(start)) {
        return true;
    }
    // "Hello! How can I help you today?"
    let Some((first, rest)) = line.split_once(['!', ',', '.', '！', '，', '。', '،']) else {
        return false;
    };
    let mut offers = LANGUAGES
        .iter()
        .flat_map(|language| language.offers.split('|'));
    is_greeting(first) && offers.any(|offer| rest.contains(offer))
}

/// Whether the answer agrees and continues with sentences: "Sure! To get to Oslo, take the train."
pub(super) fn is_reply(line: &str) -> bool {
    let Some((first, rest)) = line.split_once(['!', '！', '.', '。']) else {
        return false;
    };
    let first = first.to_lowercase();
    let is_sure = has(first.trim(), |language| language.sure);
    is_sure && rest.trim_end().ends_with(['.', '。', '!', '！', '।'])
}

/// In lower case, without marks of Markdown.
fn plain(line: &str) -> String {
    let line = line.to_lowercase();
    line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '#' | '_' | '`' | '>'))
        .to_owned()
}

/// The line without a label before the title.
pub(super) fn without(line: &str) -> String {
    if let Some(title) = bracketed(line).or_else(|| at_the_end(line)) {
        return title.to_owned();
    }
    let separators = [":", "：", " - ", " – ", " — ", "\u{FE55}", " = "];
    let mut found: Vec<_> = separators
        .iter()
        .filter_map(|it| Some((line.find(it)?, it.len())))
        .collect();
    found.sort_unstable();
    for (at, length) in found {
        let (label, rest) = (
            line.get(..at).unwrap_or_default(),
            line.get(at + length..).unwrap_or_default().trim(),
        );
        let words = plain(label);
        let words = words.trim_matches(['"', '\'']).trim();
        let is_sign = line.get(at..).is_some_and(|rest| rest.starts_with(" = "));
        if label.chars().nth(LONGEST).is_some()
            || !is_label(words, rest)
            || is_sign && !pairs::is_quoted(rest)
        {
            continue;
        }
        // `**Title:** Trip to Oslo`, `**Title: Trip to Oslo**`
        let opened = label.trim_start().starts_with("**")
            && !label.trim_start().trim_start_matches('*').contains("**");
        let rest = match opened {
            true => rest
                .strip_prefix("**")
                .or(rest.strip_suffix("**"))
                .unwrap_or(rest),
            false => rest,
        };
        return rest.trim().to_owned();
    }
    line.to_owned()
}

/// Whether these words in lower case are a label of `rest`. One of [`WEAK`] is a label if `rest` begins
/// like a title: with a capital, in scripts that have them, or a quotation mark.
fn is_label(words: &str, rest: &str) -> bool {
    let begins = |c: char| {
        let is_letter = c.is_uppercase() || c.is_alphabetic() && !c.is_lowercase();
        is_letter || "\"“„«「『《*'‘【".contains(c)
    };
    let is_weak = is_in(WEAK, words) && (rest.is_empty() || rest.starts_with(begins));
    is_weak || labels(words) || names(words) && pairs::is_quoted(rest)
}

/// `【标题】奥斯陆之旅`
fn bracketed(line: &str) -> Option<&str> {
    let pairs = [('【', '】'), ('[', ']'), ('［', '］'), ('〖', '〗')];
    pairs.iter().find_map(|(open, close)| {
        let (label, rest) = line.strip_prefix(*open)?.split_once(*close)?;
        let rest = rest.trim_start_matches([':', '：', ' ']);
        (!rest.is_empty() && labels(&plain(label))).then_some(rest)
    })
}

/// The title that is quoted at the end of a sentence: `How about "Trip to Oslo"?`
fn at_the_end(line: &str) -> Option<&str> {
    let end = line.trim_end_matches(['.', '?', '!', '。', '？', '！']);
    if line.chars().nth(2 * LONGEST).is_some() || end.ends_with(char::is_alphanumeric) {
        return None;
    }
    let at = end
        .char_indices()
        .skip(1)
        .map(|(at, _)| at)
        .find(|at| end.get(*at..).is_some_and(pairs::is_quoted))?;
    let (before, title) = (plain(end.get(..at)?), end.get(at..)?);
    let mut leads = false;
    for word in words(before.trim_end_matches([':', '：'])) {
        leads |= is_in(LEADS, word) || has(word, |language| language.title);
        if !is_known(word) && !is_in(LEADS, word) {
            return None;
        }
    }
    leads.then_some(title)
}
