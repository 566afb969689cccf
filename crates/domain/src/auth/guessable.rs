//! Passwords that are easy to guess and not in the list of common ones: only blanks, repetitions,
//! runs of the keyboard or the alphabet, and words about the account or this service (NIST SP
//! 800-63B, 3.1.1.2). A password counts only when it consists of such parts entirely.

use super::Email;
use crate::visible::is_ignorable;

/// A password that repeats a unit of at most this many characters is as weak as the unit.
const UNIT: usize = 4;

/// Neighbouring characters on keyboards and in the alphabet.
const RUNS: [&str; 23] = [
    "01234567890",
    "!@#$%^&*()",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm,./",
    "qwertzuiopü",
    "asdfghjklöä",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
    "7ujm",
];

/// The least length of a run.
const RUN: usize = 3;

/// Names of this service, and usual words for a password.
const WORDS: [&str; 14] = [
    "jan",
    "conversation",
    "conversations",
    "server",
    "chat",
    "admin",
    "login",
    "user",
    "guest",
    "password",
    "passwort",
    "secret",
    "welcome",
    "account",
];

/// The most digits that people append to a word: a year.
const DIGITS: usize = 4;

/// Whether a password (in lower case) is easy to guess for the account of this address.
pub(super) fn is_guessable(password: &str, email: &Email) -> bool {
    let seen: Vec<char> = password.chars().filter(|c| !is_blank(*c)).collect();
    let spelt: Vec<char> = seen.iter().copied().map(letter).collect();
    repeats(&seen)
        || is_made_of(&seen, run)
        || is_given_away(&seen, email)
        || is_given_away(&spelt, email)
}

/// White space and invisible characters.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || is_ignorable(c)
}

/// The letter that people replace by a digit or a sign.
fn letter(c: char) -> char {
    match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        c => c,
    }
}

/// Whether the text is empty, repeats a few characters, or is one character in all places but one.
fn repeats(characters: &[char]) -> bool {
    let count = characters.len();
    let over_and_over = |unit| {
        let mut beside = characters.iter().zip(characters.iter().skip(unit));
        count >= 2 * unit && beside.all(|(one, next)| one == next)
    };
    let mut first = characters.iter().take(2);
    let is_nearly_all = |one: &char| characters.iter().filter(|c| *c == one).count() + 1 >= count;
    count == 0 || (1..=UNIT).any(over_and_over) || count > UNIT && first.any(is_nearly_all)
}

/// Whether the text consists of pieces only. `longest` gives the length of the longest piece at the
/// beginning. Always takes the longest piece; that is enough for runs.
fn is_made_of(characters: &[char], longest: impl Fn(&[char]) -> usize) -> bool {
    let mut rest = characters;
    while !rest.is_empty() {
        match longest(rest) {
            0 => return false,
            piece => rest = rest.get(piece..).unwrap_or_default(),
        }
    }
    true
}

/// The length of the run at the beginning, in either direction, or of the repeated character; 0
/// when it is too short.
fn run(characters: &[char]) -> usize {
    let as_long_as = |goes_on: &dyn Fn(char, char) -> bool| {
        let pairs = characters.iter().zip(characters.iter().skip(1));
        1 + pairs
            .take_while(|(one, next)| goes_on(**one, **next))
            .count()
    };
    let rows = RUNS.iter().flat_map(|row| {
        let beside = |one, next| {
            let mut pairs = row.chars().zip(row.chars().skip(1));
            pairs.any(|pair| pair == (one, next))
        };
        [
            as_long_as(&beside),
            as_long_as(&|one, next| beside(next, one)),
        ]
    });
    let same = as_long_as(&|one, next| one == next);
    let longest = rows.fold(same, usize::max);
    if longest < RUN { 0 } else { longest }
}

/// Whether the text consists of words that are easy to guess, with a few digits or a run of digits,
/// and any punctuation between.
fn is_given_away(characters: &[char], email: &Email) -> bool {
    let digits: Vec<char> = characters
        .iter()
        .copied()
        .filter(|c| c.is_numeric())
        .collect();
    let are_many = digits.len() > DIGITS && run(&digits) < digits.len();
    let letters: Vec<char> = characters
        .iter()
        .copied()
        .filter(|c| c.is_alphabetic())
        .collect();
    if letters.is_empty() || are_many {
        return false;
    }
    let own = email.as_str().split(|c: char| !c.is_alphabetic());
    let words: Vec<Vec<char>> = own
        .chain(WORDS)
        .filter(|word| word.chars().count() >= RUN)
        .map(|word| word.chars().collect())
        .collect();
    // Marks where a word may end, from the left. The text is made of words if its end is marked.
    let mut ends = vec![false; letters.len() + 1];
    if let Some(beginning) = ends.first_mut() {
        *beginning = true;
    }
    for begin in 0..letters.len() {
        if ends.get(begin) != Some(&true) {
            continue;
        }
        let rest = letters.get(begin..).unwrap_or_default();
        for word in words.iter().filter(|word| rest.starts_with(word)) {
            if let Some(end) = ends.get_mut(begin + word.len()) {
                *end = true;
            }
        }
    }
    ends.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessable(password: &str) -> bool {
        let email = Email::parse("ada.lovelace@analytical.example").unwrap();
        is_guessable(&password.to_lowercase(), &email)
    }

    #[test]
    fn what_others_try_first_is_known() {
        for password in [
            "        ",
            "\u{a0}\u{2003} \u{3000}    ",
            "\u{200b}\u{200d}\u{feff}\u{2060}\u{200b}\u{200d}\u{feff}\u{2060}",
            "aaaaaaaa",
            "........",
            "a a a a a a",
            "abababab",
            "7x7x7x7x",
            "日日日日日日日日",
            "日本語日本語日本",
            "13371337",
            "20262026",
            "aA1!aA1!",
            "aaaaaaab",
            "baaaaaaa",
            "!@#$%^&*",
            "zxcvbnm,",
            "jan12345678",
            "j4n-c0nv3rs4t10ns",
            "P@$$w0rd",
            "abcdefgh",
            "hgfedcba",
            "98765432",
            "qwertyuiop",
            "asdfghjkl",
            "qwertasdfg",
            "1234qwer",
            "qwer 1234",
            "1qaz2wsx3edc",
            "aaaabbbbcccc",
            "qwertzuiop",
            "йцукенгш",
            "jan-conversations",
            "JanConversations",
            "Jan Conversations!",
            "jan_conversations_2026",
            "Conversations1",
            "janserver",
            "jan-chat-server",
            "jan-password",
            "lovelace1815",
            "Ada-Lovelace",
            "AdaLovelace!",
            "lovelace.ada",
            "analytical",
            "ada@analytical",
        ] {
            assert!(guessable(password), "{password:?}");
        }
    }

    #[test]
    fn what_is_only_near_to_it_is_not() {
        for password in [
            "a long sentence is easy to keep",
            "correct horse battery staple",
            "not ada.lovelace",
            "jan-conversations-48213",
            "janet-conversations",
            "q7!nv0zk",
            "qwertyuiox",
            "q7 é日本語!",
            "        x",
            "été à Paris",
            "jan-4711-0815",
            "aaaaaabb-",
            "19850412",
            "x1234567",
            "🦀🐘🦀🐘🌵🦀🐘🌵🌵",
        ] {
            assert!(!guessable(password), "{password:?}");
        }
    }
}
