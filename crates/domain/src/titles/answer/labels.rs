//! Words around a title, in the languages that models use. Bars separate the words of a list.

/// "Title", in lower case.
const TITLE: &str = "\
    topic|subject|thema|betreff|sujet|objet|asunto|tema|assunto|oggetto|тема|konu|主题|主題|\
    件名|주제|title|titel|titre|título|titulo|titolo|títol|titlu|tytuł|název|titulek|názov|\
    naslov|cím|címe|otsikko|pealkiri|pavadinimas|virsraksts|rubrik|overskrift|tittel|\
    titill|başlık|baslik|judul|tajuk|tiêu đề|pamagat|заголовок|название|назва|заглавие|\
    наслов|загаловак|τίτλος|عنوان|العنوان|כותרת|शीर्षक|শিরোনাম|தலைப்பு|శీర్షిక|หัวข้อ|\
    ชื่อเรื่อง|标题|標題|题目|題目|タイトル|題名|제목";

/// Words around "title" in a label, or in a sentence that announces the title.
const BESIDE: &str = "\
    the|a|an|is|would|could|be|for|of|this|your|our|chat|conversation|discussion|thread|\
    session|dialogue|suggested|proposed|possible|suitable|appropriate|good|great|short|\
    concise|brief|descriptive|new|generated|final|suggestion|here|here's|here’s|sure|\
    okay|ok|certainly|course|i|suggest|that's|my|answer|option|1|in|words|hier|ist|ein|\
    der|das|des|dem|die|diese|dieses|für|gesprächs|gespräch|gesprächstitel|chats|\
    unterhaltung|konversation|vorschlag|vorgeschlagener|möglicher|kurzer|natürlich|\
    gerne|passender|voici|un|le|la|du|de|cette|pour|proposé|suggéré|bien|sûr|aquí|\
    tienes|está|el|conversación|sugerido|propuesto|esta|para|claro|aqui|um|o|da|\
    conversa|ecco|il|della|conversazione|per|вот|беседы|разговора|чата|диалога";

/// Answers that only announce a title, or are empty.
const ALONE: &str = "\
    sure|certainly|of course|okay|ok|absolutely|great|got it|here you go|claro|\
    por supuesto|natürlich|gerne|selbstverständlich|bien sûr|certo|certamente|\
    claro que sim|конечно|хорошо|好的|当然|當然|もちろん|はい|もちろんです|承知しました|네|물론입니다|물론이죠|tabii|\
    tentu|oczywiście|none|null|n/a|undefined|untitled|no title|new chat|\
    new conversation|conversation|chat|untitled conversation|assistant|answer";

/// How a refusal begins.
const REFUSALS: &[&str] = &[
    "i'm sorry, ",
    "i’m sorry, ",
    "i am sorry, ",
    "i'm sorry but ",
    "sorry, but ",
    "sorry, i ",
    "i cannot ",
    "i can't ",
    "i can’t ",
    "i am unable ",
    "i'm unable ",
    "as an ai",
    "es tut mir leid, ",
    "tut mir leid, ",
    "je suis désolé",
    "lo siento, ",
    "desculpe, ",
    "抱歉，",
    "对不起，",
    "申し訳",
];

fn is_in(list: &str, word: &str) -> bool {
    list.split('|').any(|known| known == word)
}

/// Whether the line says that a title follows on the next.
pub(super) fn leads(line: &str) -> bool {
    let line = plain(line);
    let colon = line.ends_with([':', '：']);
    colon || is_alone(&line) || is_label(&line)
}

/// Whether the line is a label without the title.
pub(super) fn is_label(line: &str) -> bool {
    let line = plain(line);
    labels(line.trim_end_matches([':', '：']).trim())
}

pub(super) fn is_none(line: &str) -> bool {
    is_alone(&plain(line))
}

pub(super) fn is_refusal(line: &str) -> bool {
    let line = line.to_lowercase();
    REFUSALS.iter().any(|start| line.starts_with(start))
}

fn is_alone(line: &str) -> bool {
    let line = line.trim_end_matches(|c: char| {
        matches!(c, '!' | '.' | ',' | '。' | '！' | '，' | ':' | '：' | '…')
    });
    is_in(ALONE, line.trim())
}

/// In lower case, without marks of Markdown.
fn plain(line: &str) -> String {
    let line = line.to_lowercase();
    line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '#' | '_' | '`' | '>'))
        .to_owned()
}

/// The line without a label before the title.
pub(super) fn without(line: &str) -> String {
    let separators = [":", "：", " - ", " – ", " — ", "\u{FE55}"];
    let mut found: Vec<_> = separators
        .iter()
        .filter_map(|it| Some((line.find(it)?, it.len())))
        .collect();
    found.sort_unstable();
    for (at, length) in found {
        let (label, rest) = (
            line.get(..at).unwrap_or_default(),
            line.get(at + length..).unwrap_or_default(),
        );
        if !labels(plain(label).trim_matches(['"', '\'']).trim()) {
            continue;
        }
        // `**Title:** Trip to Oslo`, `**Title: Trip to Oslo**`
        let opened = label.trim_start().starts_with("**")
            && !label.trim_start().trim_start_matches('*').contains("**");
        let rest = rest.trim();
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

/// Whether a text in lower case is a label: it has a word for "title", and no word of a title.
fn labels(text: &str) -> bool {
    if is_in(TITLE, text) {
        return true;
    }
    // Scripts without spaces: 对话标题, 会話のタイトル.
    let unspaced = !text.contains(' ') && text.chars().count() <= 12;
    let ends = ["标题", "標題", "题目", "題目", "タイトル", "題名", "제목"]
        .iter()
        .any(|title| text.ends_with(title));
    if unspaced && ends {
        return true;
    }
    let mut named = false;
    let other = |word: &str| !is_in(BESIDE, word);
    for word in text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '!' | '.' | '(' | ')' | '*' | '-'))
    {
        match word {
            "" => {}
            "titles" | "제목은" => named = true,
            word if is_in(TITLE, word) || word.ends_with("titel") && word.chars().count() > 5 => {
                named = true
            }
            word if other(word) => return false,
            _ => {}
        }
    }
    named
}
