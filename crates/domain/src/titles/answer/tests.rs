use super::read;
use crate::effort::must_be_in_proportion;
use crate::title::Title;

fn title(answer: &str) -> Option<String> {
    read(answer).map(Title::into_string)
}

fn each_is(expected: &str, answers: &[&str]) {
    for answer in answers {
        assert_eq!(title(answer).as_deref(), Some(expected), "{answer:?}");
    }
}

fn stay(titles: &[&str]) {
    for expected in titles {
        assert_eq!(title(expected).as_deref(), Some(*expected), "{expected:?}");
    }
}

#[test]
fn quotation_marks_of_every_script_are_taken_off() {
    each_is(
        "Trip to Oslo",
        &[
            "Trip to Oslo",
            "  \n\nTrip to Oslo\nI hope you like it!",
            "\"Trip to Oslo\"",
            "“Trip to Oslo”",
            "'Trip to Oslo'",
            "‘Trip to Oslo’",
            "`Trip to Oslo`",
            "\"“Trip to Oslo”\"",
            "\\\"Trip to Oslo\\\"",
            "\"Trip to Oslo\".",
            "\"Trip to Oslo.\"",
            "''Trip to Oslo''",
            "\"Trip to Oslo",
            "Trip to Oslo\"",
            "[Trip to Oslo]",
            "<title>Trip to Oslo</title>",
            "\\boxed{Trip to Oslo}",
            "\\boxed{\\text{Trip to Oslo}}",
            "Trip to Oslo.",
            "\u{7}Trip to Oslo\u{1b}",
        ],
    );
    for (answer, expected) in [
        ("„Reise nach Oslo“", "Reise nach Oslo"),
        ("»Reise nach Oslo«", "Reise nach Oslo"),
        ("« Voyage à Oslo »", "Voyage à Oslo"),
        ("„Podróż do Oslo”", "Podróż do Oslo"),
        ("”Resa till Oslo”", "Resa till Oslo"),
        ("«Поездка в Осло»", "Поездка в Осло"),
        ("《奥斯陆之旅》", "奥斯陆之旅"),
        ("「奧斯陸之旅」", "奧斯陸之旅"),
        ("『オスロへの旅』", "オスロへの旅"),
        ("【オスロへの旅】", "オスロへの旅"),
        ("〈오슬로 여행〉", "오슬로 여행"),
        ("＂奥斯陆之旅＂", "奥斯陆之旅"),
        ("奥斯陆之旅。", "奥斯陆之旅"),
        ("«رحلة إلى أوسلو»", "رحلة إلى أوسلو"),
        ("„Ferð til Osló“", "Ferð til Osló"),
    ] {
        each_is(expected, &[answer]);
    }
}

/// Each says "Trip to Oslo".
const LABELED: &[&str] = &[
    "Title: Trip to Oslo",
    "title: \"Trip to Oslo\"",
    "TITLE: Trip to Oslo",
    "Title - Trip to Oslo",
    "**Title:** Trip to Oslo",
    "**Title**: Trip to Oslo",
    "**Title: Trip to Oslo**",
    "## Title: Trip to Oslo",
    "Title:\nTrip to Oslo",
    "**Title**\n\nTrip to Oslo",
    "Chat title: Trip to Oslo",
    "Suggested title: “Trip to Oslo”",
    "The title: Trip to Oslo",
    "The title is: Trip to Oslo",
    "Sure, here is a title for the conversation:\n\n\"Trip to Oslo\"",
    "Sure! Here's a title: Trip to Oslo",
    "Sure!\n\nTrip to Oslo",
    "Here is a short title for this conversation: **Trip to Oslo**",
    "Certainly!\n**Trip to Oslo**",
    "Topic: Trip to Oslo",
    "Subject: Trip to Oslo",
    "Here are some options:\n\n1. Trip to Oslo\n2. Oslo by train",
    "1. **Trip to Oslo**\n2. **Oslo by train**",
    "Titles:\n- Trip to Oslo\n- Oslo",
    "The conversation could be titled \"Trip to Oslo\".",
    "A fitting title would be: \"Trip to Oslo\"",
    "The title for this conversation is \"Trip to Oslo\"",
    "Here is the title you requested: Trip to Oslo",
    "I'd suggest: Trip to Oslo",
    "How about \"Trip to Oslo\"?",
    "\"Title\": \"Trip to Oslo\"",
    "title = \"Trip to Oslo\"",
    "Answer: Trip to Oslo",
    "Final answer: Trip to Oslo",
    "Response: Trip to Oslo",
    "Assistant: Trip to Oslo",
    "Name: Trip to Oslo",
    "Chat Name: Trip to Oslo",
    "Conversation name: Trip to Oslo",
    "[Title] Trip to Oslo",
    "1. **Trip to Oslo**",
    "Trip to Oslo (4 words)",
    "<conversation_title>Trip to Oslo</conversation_title>",
    "$\\boxed{\\text{Trip to Oslo}}$",
    "Title: Trip to Oslo\n\nThis title captures the essence of the conversation.",
];

/// In other languages, each with its title.
const IN_LANGUAGES: &[(&str, &str)] = &[
    ("Titel: „Reise nach Oslo“", "Reise nach Oslo"),
    ("Titel des Gesprächs: Reise nach Oslo", "Reise nach Oslo"),
    ("Gesprächstitel: Reise nach Oslo", "Reise nach Oslo"),
    (
        "Hier ist ein passender Titel:\n\n**Reise nach Oslo**",
        "Reise nach Oslo",
    ),
    ("Titre : « Voyage à Oslo »", "Voyage à Oslo"),
    (
        "Voici un titre pour cette conversation :\nVoyage à Oslo",
        "Voyage à Oslo",
    ),
    ("Título: Viaje a Oslo", "Viaje a Oslo"),
    ("Aquí tienes un título: Viaje a Oslo", "Viaje a Oslo"),
    ("Título da conversa: Viagem a Oslo", "Viagem a Oslo"),
    ("Titolo: Viaggio a Oslo", "Viaggio a Oslo"),
    ("标题：《奥斯陆之旅》", "奥斯陆之旅"),
    ("对话标题：奥斯陆之旅", "奥斯陆之旅"),
    ("好的，以下是标题：\n奥斯陆之旅", "奥斯陆之旅"),
    ("標題:「奧斯陸之旅」", "奧斯陸之旅"),
    ("タイトル：オスロへの旅", "オスロへの旅"),
    ("会話のタイトル：「オスロへの旅」", "オスロへの旅"),
    ("제목: 오슬로 여행", "오슬로 여행"),
    ("Заголовок: «Поездка в Осло»", "Поездка в Осло"),
    ("Название беседы: Поездка в Осло", "Поездка в Осло"),
    ("العنوان: رحلة إلى أوسلو", "رحلة إلى أوسلو"),
    ("शीर्षक: ओस्लो की यात्रा", "ओस्लो की यात्रा"),
    ("Başlık: Oslo Gezisi", "Oslo Gezisi"),
    ("Tiêu đề: Chuyến đi Oslo", "Chuyến đi Oslo"),
    ("Judul: Perjalanan ke Oslo", "Perjalanan ke Oslo"),
    ("כותרת: טיול לאוסלו", "טיול לאוסלו"),
    ("Tytuł: „Podróż do Oslo”", "Podróż do Oslo"),
    ("Oto tytuł rozmowy: „Podróż do Oslo”", "Podróż do Oslo"),
    (
        "Titolo della conversazione: \"Viaggio a Oslo\"",
        "Viaggio a Oslo",
    ),
    ("Sugestão de título: Viagem a Oslo", "Viagem a Oslo"),
    ("Titre suggéré : Voyage à Oslo", "Voyage à Oslo"),
    ("Titel van het gesprek: Reis naar Oslo", "Reis naar Oslo"),
    (
        "Het gesprek kan de titel krijgen: Reis naar Oslo",
        "Reis naar Oslo",
    ),
    ("Hier is een titel: **Reis naar Oslo**", "Reis naar Oslo"),
    ("Назва розмови: Поїздка до Осло", "Поїздка до Осло"),
    ("대화 제목: 오슬로 여행", "오슬로 여행"),
    (
        "以下のタイトルはいかがでしょうか：「オスロへの旅」",
        "オスロへの旅",
    ),
    ("タイトル案：オスロへの旅", "オスロへの旅"),
    ("【标题】奥斯陆之旅", "奥斯陆之旅"),
    ("建议标题：奥斯陆之旅", "奥斯陆之旅"),
    ("好的，标题是：奥斯陆之旅", "奥斯陆之旅"),
    ("主题：奥斯陆之旅", "奥斯陆之旅"),
    ("عنوان المحادثة: رحلة إلى أوسلو", "رحلة إلى أوسلو"),
    ("العنوان المقترح: «رحلة إلى أوسلو»", "رحلة إلى أوسلو"),
    ("عنوان گفتگو: «سفر به اسلو»", "سفر به اسلو"),
    ("כותרת השיחה: טיול לאוסלו", "טיול לאוסלו"),
    ("बातचीत का शीर्षक: ओस्लो यात्रा", "ओस्लो यात्रा"),
    ("Tiêu đề cuộc trò chuyện: Chuyến đi Oslo", "Chuyến đi Oslo"),
    ("Sohbet başlığı: Oslo Gezisi", "Oslo Gezisi"),
    ("Konuşma Başlığı: Oslo Gezisi", "Oslo Gezisi"),
    ("Judul percakapan: Perjalanan ke Oslo", "Perjalanan ke Oslo"),
    ("Samtalens titel: Rejse til Oslo", "Rejse til Oslo"),
    ("Samtalstitel: Resa till Oslo", "Resa till Oslo"),
    ("Keskustelun otsikko: Matka Osloon", "Matka Osloon"),
    ("Názov rozhovoru: Cesta do Osla", "Cesta do Osla"),
    ("A beszélgetés címe: Oslói utazás", "Oslói utazás"),
    ("Τίτλος συνομιλίας: Ταξίδι στο Όσλο", "Ταξίδι στο Όσλο"),
];

#[test]
fn labels_and_sentences_that_lead_to_a_title_are_taken_off() {
    each_is("Trip to Oslo", LABELED);
    for (answer, expected) in IN_LANGUAGES {
        each_is(expected, &[answer]);
    }
}

#[test]
fn marks_of_markdown_and_code_are_taken_off() {
    each_is(
        "Trip to Oslo",
        &[
            "**Trip to Oslo**",
            "__Trip to Oslo__",
            "*Trip to Oslo*",
            "_Trip to Oslo_",
            "***Trip to Oslo***",
            "## Trip to Oslo",
            "## Trip to Oslo ##",
            "# **Trip to Oslo**",
            "- Trip to Oslo",
            "* Trip to Oslo",
            "• Trip to Oslo",
            "> Trip to Oslo",
            "```\nTrip to Oslo\n```",
            "```text\nTrip to Oslo\n```",
            "~~~\nTrip to Oslo\n~~~",
            "```Trip to Oslo```",
            "---\nTrip to Oslo\n---",
            "**Trip** to Oslo",
            "- **\"Trip to Oslo\"**",
        ],
    );
}

#[test]
fn a_title_in_json_is_found() {
    each_is(
        "Trip to Oslo",
        &[
            "{\"title\": \"Trip to Oslo\"}",
            "```json\n{\"title\": \"Trip to Oslo\"}\n```",
            "{\n  \"title\": \"Trip to Oslo\",\n  \"emoji\": \"x\"\n}",
            "{\"emoji\": \"x\", \"title\": \"Trip to Oslo\"}",
            "Here is the title:\n```json\n{ \"title\" : \"Trip to Oslo\" }\n```",
            "{'title': 'Trip to Oslo'}",
            "{\"title\":\"Tr\\u0069p to Oslo\"}",
            "{\"chat_title\": \"Trip to Oslo\"}",
            "[\"Trip to Oslo\"]",
            "{\"title\": \"Trip to Oslo",
            "{\"title\": [\"Trip to Oslo\", \"b\"]}",
            "`{\"title\": \"Trip to Oslo\"}`",
            "{\"title\": \"**Trip to Oslo**\"}",
            "{title: \"Trip to Oslo\"}",
        ],
    );
    each_is(
        "奥斯陆 😀",
        &["{\"标题\": \"\\u5965\\u65af\\u9646 \\ud83d\\ude00\"}"],
    );
    each_is(
        "Say \"hi\" to C:",
        &["{\"title\": \"Say \\\"hi\\\" to C:\"}"],
    );
    assert_eq!(title("{\"title\": \"\"}"), None);
}

#[test]
fn thoughts_and_marks_of_templates_are_taken_off() {
    each_is(
        "Trip to Oslo",
        &[
            "<think>They want\na title.</think>\n\nTrip to Oslo",
            "Okay, the user wants a title.\n</think>\n\nTrip to Oslo",
            "</think>Trip to Oslo",
            "<thinking>hm</thinking>Trip to Oslo",
            "[THINK]hm[/THINK]Trip to Oslo",
            "◁think▷hm◁/think▷Trip to Oslo",
            "<THINK>\n</THINK>\nTrip to Oslo",
            "<|channel|>analysis<|message|>They want a title.<|end|><|start|>assistant<|channel|>final<|message|>Trip to Oslo<|return|>",
            "Trip to Oslo<|im_end|>",
            "Trip to Oslo</s>",
            "<|im_start|>assistant\nTrip to Oslo",
            "<s> Trip to Oslo<|eot_id|>user",
            "<answer>Trip to Oslo</answer>",
            "<mm:think>hm</mm:think>Trip to Oslo",
            "Here is my thought process:\nthey ask\n\nHere is my response:\nTrip to Oslo",
            "<think>a</think><think>b</think>\n\n**Title:** \"Trip to Oslo\"",
        ],
    );
    each_is("Use of `</think>`", &["Use of `</think>`"]);
}

#[test]
fn what_belongs_to_a_title_stays() {
    stay(&[
        "Introduction to C#",
        "C# vs F#",
        "Difference of SELECT 1 and SELECT *",
        "The `useEffect` hook of `react`",
        "`useEffect` and `useState`",
        "C# and the \"why\" of it",
        "It's \"fine\"",
        "\"Dune\" and \"Solaris\"",
        "C++",
        "What is C++?",
        "Title IX: a history",
        "Job titles: a list",
        "#hashtags in use",
        "Node.js",
        "Working at Apple Inc.",
        "Wait...",
        "U.S. vs. U.K.",
        "`git rebase -i` explained",
        "*args and **kwargs",
        "**kwargs in Python",
        "[\"a\", \"b\"].join in JS",
        "2**3 and 2*3",
        "__init__ and __new__",
        "[WIP] Trip to Oslo",
        "Arrays [1, 2] and [3]",
        "Oslo: trains and ferries",
        "Python: list vs. tuple",
        "Rock 'n' Roll",
        "The '90s",
        "27\" monitors",
        "50% off",
        "(Un)happy endings",
        "🚂 Trip to Oslo",
        "😀",
        "《三体》与《流浪地球》",
        "「君の名は。」について",
        "« Oui » ou « non »",
        "3. Liga",
        "1984",
        "$HOME and $PATH",
        "<div> or <span>",
        "a > b",
        "Trip to Oslo!",
        "Why?",
        "Translation of “Hallo”",
        "<think> tags explained",
        "Sure, why not",
        "Okay Google",
        "Emoji 👍🏽",
        "Kein „Titel“ nötig",
        "Topic: sentences in Kafka",
        "Kafka topic: naming rules",
        "The Answer: 42",
        "> operator in bash",
        "- vs -- in CLI flags",
        "**bold** in Markdown",
        "1. Bundesliga",
        "Title Case vs. Sentence Case",
        "Email Subject Line Ideas",
        "{} vs dict()",
        "Gemini or ChatGPT",
        "How can I help my dog?",
        "New chat features",
        "The user table",
        "Hello World in C",
        "Release notes (10.5)",
    ]);
}

#[test]
fn a_long_title_is_cut_on_a_grapheme() {
    let family = "👨‍👩‍👧‍👦";
    assert_eq!(
        title(&family.repeat(20)).unwrap(),
        format!("{}…", family.repeat(8))
    );
}

#[test]
fn text_without_a_title_gives_no_title() {
    let essay = "Oslo is the capital of Norway. It has many museums, and in the summer you can swim in the fjord, which is clean and close to the centre of the city.";
    for answer in [
        "",
        " \n",
        "\"\"",
        "***",
        "---",
        "```\n```",
        "#",
        "-",
        "?!",
        "<think>hm",
        "<think>hm</think>",
        "<|channel|>analysis<|message|>hm",
        "Title:",
        "**Title:**",
        "标题：",
        "{}",
        "[]",
        "Sure!",
        "None",
        "N/A",
        "null",
        "Untitled",
        "New chat",
        "\u{200b}\u{2060}",
        "I'm sorry, but I can't help with that.",
        "抱歉，我无法完成。",
        "Here is a title:",
        "Ich kann dabei nicht helfen.",
        "Lo siento, no puedo.",
        "申し訳ありませんが、お手伝いできません。",
        "Hello! How can I help you today?",
        "Hallo! Wie kann ich dir helfen?",
        "你好！有什么可以帮您的吗？",
        "Hello!",
        "Sure! To get to Oslo, take the train.",
        "The user is asking about a trip to Oslo and wants to know how to get there by train or plane",
        "New Conversation",
        "Nouvelle conversation",
        "Neuer Chat",
        "Nueva conversación",
        "Новый чат",
        "新对话",
        "新しいチャット",
        "새 대화",
        "无标题",
        essay,
    ] {
        assert_eq!(title(answer), None, "{answer:?}");
    }
}

#[test]
fn any_answer_is_read_in_time() {
    for piece in [
        "\"",
        "**",
        "[",
        "「",
        "{\"a\":",
        "{\"a",
        "<think>",
        "</think>",
        "title: ",
        "1. a\n2. ",
        "Sure!\n",
        "a:\n",
        "\\\"",
        "`",
        "' ",
        "# ",
    ] {
        must_be_in_proportion(piece, 64 * 1024, |size| {
            let _ = title(&piece.repeat(size / piece.len()));
        });
    }
}
