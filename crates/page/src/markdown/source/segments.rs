//! Whether letters of scripts without spaces belong to the address that they follow at once, or to the
//! sentence around it. After a slash an address may be complete: `https://example.com/にアクセス`. An
//! address that is too short still leads to the site; one that has swallowed a sentence leads nowhere.

use super::letters::unspaced;

/// Longer names are sentences.
const LONGEST: usize = 64;

/// Below these stand names in any script.
const PARENTS: &[&str] = &[
    "wiki",
    "w",
    "zh",
    "zh-cn",
    "zh-tw",
    "zh-hk",
    "zh-hans",
    "zh-hant",
    "ja",
    "ko",
    "th",
    "item",
    "tag",
    "tags",
    "category",
    "categories",
    "topic",
    "topics",
    "hashtag",
    "search",
    "title",
    "entry",
    "word",
    "words",
    "view",
    "keyword",
    "definition",
    "dictionary",
];

/// Chinese and Japanese words that continue a sentence, in the writings of all of their
/// countries.
const GOING_ON: &str = "\
    的 是 了 在 和 与 與 及 或 等 也 就 即 来 來 去 并 並 里 裡 这 這 那 为 為 以 有 不 能 请 請 你 我 他 她 \
    它 您 把 被 让 讓 从 從 到 则 則 但 吗 嗎 吧 呢 看 查 都是 都可 可以 可在 可查 可用 中的 中有 上的 上面 \
    上找 上查 下载 下載 下的 下面 内的 內的 参考 参照 参阅 參考 參照 參閱 访问 訪問 获取 獲取 进行 進行 进入 \
    進入 打开 打開 点击 點擊 登录 登錄 登入 注册 註冊 用于 用於 用来 用來 对应 對應 还 還 确认 確認 閲覧 了解 官网 官網 官方 网站 網站 \
    网页 網頁 页面 頁面 链接 連結 主页 主頁 首页 首頁";

/// Korean particles, which follow a noun without a space.
const PARTICLES: &str = "\
    은 는 이 가 을 를 의 에 로 와 과 도 만 나 라 야 며 고 랑 께 인 처럼 보다 하고 이며 이고 이나 이란 라는 로는 로도 에는 \
    에도 와는 과는 만을 마다 조차 밖에";

/// The beginnings of longer words that also follow a Korean noun without a space.
const PARTICLES_AND_MORE: [&str; 8] = [
    "으로",
    "에서",
    "입니다",
    "이라",
    "까지",
    "부터",
    "에게",
    "이에요",
];

/// Where the part of the address ends to which the letter at `at` belongs; `None` where it belongs to
/// the sentence. `address` begins with the host.
pub(super) fn end(address: &str, at: usize) -> Option<usize> {
    let (before, rest) = address.split_at_checked(at)?;
    let name = name(rest);
    let after = rest.get(name.len()..)?;
    let end = at + name.len();
    let Some((path, begun)) = before.rsplit_once('/') else {
        return in_host(before, rest).then_some(end);
    };
    let parent = path.rsplit('/').next().unwrap_or_default();
    if PARENTS.iter().any(|it| it.eq_ignore_ascii_case(parent)) && path.contains('/') {
        return (!begun.is_empty() || !goes_on(name)).then_some(end);
    }
    let belongs = match before.chars().next_back()? {
        '/' => after_slash(name, after),
        // A question, or the end of one.
        '?' => after.starts_with('='),
        '=' | '#' | '&' | '-' | '_' | '+' | '%' => true,
        _ => false,
    };
    belongs.then_some(end)
}

/// A label of a host: `例え.jp`, `www.例え.jp`.
fn in_host(before: &str, rest: &str) -> bool {
    let label = rest.find(|c| !unspaced(c)).and_then(|end| rest.get(end..));
    let more = label.is_some_and(|rest| {
        let rest = rest.strip_prefix('.');
        rest.is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_ascii_alphanumeric() || unspaced(c))
        })
    });
    match before.chars().next_back() {
        None | Some('-') => true,
        Some('.') => more,
        _ => false,
    }
}

/// The beginning of the text that may be a name, without the punctuation of a sentence.
fn name(text: &str) -> &str {
    let inside = |c: char| {
        unspaced(c) || c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '%' | '+')
    };
    // A file's extension ends it: `文件.pdf下载`.
    let mut extension = false;
    let end = text
        .char_indices()
        .take(LONGEST)
        .find(|(_, c)| {
            extension |= *c == '.';
            !inside(*c) || extension && unspaced(*c)
        })
        .map(|(end, _)| end);
    let longest = text
        .char_indices()
        .nth(LONGEST)
        .map_or(text.len(), |(end, _)| end);
    let name = text.get(..end.unwrap_or(longest)).unwrap_or_default();
    name.trim_end_matches(['-', '_', '.', '~', '%', '+'])
}

fn after_slash(name: &str, after: &str) -> bool {
    if name.starts_with(hiragana) || name.contains("http") {
        return false;
    }
    if let Some(below) = after.strip_prefix('/') {
        return below.starts_with(|c: char| c.is_alphanumeric());
    }
    let of = |script: fn(char) -> bool| name.chars().all(|c| script(c) || !unspaced(c));
    if of(hangul) {
        return !goes_on(name);
    }
    let han = name
        .chars()
        .filter(|c| unspaced(*c) && !katakana(*c))
        .count();
    han < 7 && !goes_on(name) && of(|c| !hiragana(c) && !hangul(c) && (katakana(c) || is_han(c)))
}

/// Whether the name is how a sentence would continue.
fn goes_on(name: &str) -> bool {
    let mut characters = name.chars();
    let particle = characters
        .next()
        .is_some_and(|c| "をにではがのとへもや".contains(c));
    let word = characters.next().is_some_and(hiragana);
    let hangul = name.split(|c| !hangul(c)).next().unwrap_or_default();
    particle && !word
        || name.starts_with('を')
        || ["です", "から", "まで", "では", "には", "とは"]
            .iter()
            .any(|it| name.starts_with(it))
        || GOING_ON.split_whitespace().any(|it| name.starts_with(it))
        || PARTICLES.split_whitespace().any(|it| hangul == it)
        || PARTICLES_AND_MORE.iter().any(|it| hangul.starts_with(it))
}

fn hiragana(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{309F}')
}

fn katakana(c: char) -> bool {
    matches!(c, '\u{30A0}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{FF66}'..='\u{FF9F}')
}

fn hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}' | '\u{AC00}'..='\u{D7FF}')
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{2FFF}' | '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}
