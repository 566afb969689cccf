//! Texts in many languages. The tests of the server search them in databases of different locales.

/// A text in some language, queries that find it, and queries that do not.
pub(super) const CORPUS: &[(&str, &[&str], &[&str])] = &[
    // English
    (
        "The quick brown foxes don't jump over Café tables.",
        &[
            "FOXES",
            "quick -slow",
            "\"quick brown\"",
            "fox*",
            "don't",
            "cafe",
            "café",
            "brown table*",
        ],
        &[
            "fox",
            "quick -brown",
            "\"brown quick\"",
            "ox*",
            "tabl",
            "quick slow",
        ],
    ),
    (
        "A naïve coöperation of the résumé",
        &["naive", "naïve", "resume", "cooperation"],
        &["naïvé", "rèsume"],
    ),
    // German
    (
        "Die Straße zur Donaudampfschifffahrtsgesellschaft ist schön.",
        &[
            "strasse",
            "STRASSE",
            "straße",
            "donau*",
            "schon",
            "schön",
            "donaudampfschifffahrtsgesellschaft",
        ],
        &["schiff", "strase", "schöner"],
    ),
    ("Schon wieder", &["schon"], &["schön"]),
    // Turkish
    (
        "İstanbul'da ISPARTA gülü ve kız kardeşim",
        &[
            "istanbul",
            "İSTANBUL",
            "ısparta",
            "isparta",
            "kiz",
            "kız",
            "gulu",
            "gülü",
            "kardesim",
        ],
        &["gulü", "istanbullu"],
    ),
    // French
    (
        "L'école d'été où l'on mange des œufs à Noël",
        &["ecole", "école", "été", "NOËL", "\"à noël\"", "ŒUFS"],
        &["écolé", "noèl", "oeufs", "\"on mang*\""],
    ),
    // Vietnamese
    (
        "Tiếng Việt có nhiều dấu, Đà Nẵng rất đẹp",
        &[
            "tieng viet",
            "Tiếng Việt",
            "da nang",
            "đà nẵng",
            "ĐẸP",
            "dep",
            "\"rat dep\"",
        ],
        &["tiêng", "đa nẵng x", "nâng"],
    ),
    // Greek
    (
        "Ο ΟΔΥΣΣΕΥΣ ταξιδεύει, ο Οδυσσεύς γυρίζει",
        &["οδυσσευς", "ΟΔΥΣΣΕΎΣ", "ταξιδευει", "ταξιδεύει"],
        &["οδυσσεα", "ταξίδευει"],
    ),
    // Russian
    (
        "Ёлка и мёд, мой дом",
        &["елка", "ёлка", "МЕД", "мёд", "мой", "дом"],
        &["моё", "мед -дом", "до"],
    ),
    // Ukrainian
    ("Її ґанок у Києві", &["її", "ґанок", "києві"], &["їй"]),
    // Arabic
    (
        "السَّلَامُ عَلَيْكُمْ وَرَحْمَةُ اللّٰه، كتـــاب جديد",
        &["السلام", "السَّلَامُ", "عليكم", "كتاب", "\"السلام عليكم\""],
        &["سلام", "كتب"],
    ),
    // Hebrew
    (
        "שָׁלוֹם עוֹלָם, זה ספר טוב",
        &["שלום", "שָׁלוֹם", "עולם", "\"שלום עולם\""],
        &["שלומי", "ספרים"],
    ),
    // Hindi
    (
        "मैं हिन्दी सीख रहा हूँ, क्या हाल है?",
        &["हिन्दी", "सीख", "क्या हाल", "हिन्*"],
        &["हिन्द", "हाला", "सीखा"],
    ),
    // Thai
    (
        "ภาษาไทยไม่มีช่องว่างระหว่างคำ",
        &["ไทย", "ภาษาไทย", "ช่องว่าง", "ระหว่าง"],
        &["ไทยภาษา", "อังกฤษ"],
    ),
    // Chinese, simplified and traditional
    (
        "我们在北京学习汉语，天气很好。",
        &[
            "北京",
            "学习",
            "学习汉语",
            "我们 天气",
            "京",
            "\"北京学习\"",
        ],
        &["京北", "上海", "汉语天气", "學習"],
    ),
    (
        "我們在臺北學習漢語",
        &["臺北", "學習漢語", "北學"],
        &["台北", "学习", "北臺"],
    ),
    // Japanese
    (
        "東京タワーでﾊﾝﾊﾞｰｶﾞｰを食べたJavaScript勉強会",
        &[
            "東京",
            "タワー",
            "ハンバーガー",
            "食べた",
            "javascript",
            "勉強",
            "ＪａｖａＳｃｒｉｐｔ",
            "東京タワー",
        ],
        &["京東", "ハンハーカー", "食べる", "大阪", "jscript"],
    ),
    // Korean
    (
        "서울에서 한국어를 공부합니다",
        &[
            "서울",
            "한국어",
            "한국어를",
            "공부",
            "\u{1112}\u{1161}\u{11ab}국",
        ],
        &["한국말", "부산", "울서"],
    ),
    // Lao, Burmese, Khmer
    ("ພາສາລາວ ງາມ", &["ລາວ", "ພາສາ"], &["ໄທ"]),
    ("မြန်မာစာ လှတယ်", &["မြန်မာ"], &["ထိုင်း"]),
    ("ភាសាខ្មែរ ល្អ", &["ខ្មែរ"], &["ថៃ"]),
    // Emoji
    (
        "Shipped it 🚀 with 👍🏽 from 🇩🇪 and 👩‍👩‍👧",
        &["🚀", "👍", "👍🏿", "🇩🇪", "👩‍👩‍👧", "shipped 🚀"],
        &["🎉", "🇪🇩", "👧👩"],
    ),
    // Code, paths, addresses
    (
        "let max_retry_count = parseHttpResponse(self.inner_value)?; // src/search/words.rs:42",
        &[
            "max_retry_count",
            "retry",
            "parseHttpResponse",
            "parsehttpresponse",
            "http",
            "response",
            "src/search/words.rs",
            "words.rs",
            "inner_value",
            "self.inner_value",
            "42",
            "parseHttp*",
        ],
        &["retry_max", "httpresponse", "rs/words", "maxretry"],
    ),
    (
        "See https://example.com/docs?page=2#top or write to jane.doe+news@example.org, C:\\Users\\jane",
        &[
            "example.com",
            "https://example.com/docs",
            "jane.doe+news@example.org",
            "jane",
            "@example.org",
            "page=2",
            "C:\\Users\\jane",
        ],
        &["example.net", "doe.jane", "john@example.org"],
    ),
    (
        "ＦＵＬＬ ｗｉｄｔｈ １２３ and ﬁne ligatures",
        &["full", "width 123", "fine"],
        &["12", "fin"],
    ),
    (
        "soft\u{ad}hyphen and zero\u{200d}width",
        &["softhyphen", "zerowidth"],
        &["soft"],
    ),
    // Names
    (
        "XMLHttpRequest HTMLParser URLSession getHTTPResponseCode iOSApp user2Name OAuth2 iPhoneCase",
        &[
            "xml",
            "http",
            "request",
            "html",
            "parser",
            "session",
            "response",
            "code",
            "ios",
            "app",
            "user",
            "name",
            "oauth",
            "auth",
            "iphone",
            "phone",
            "resp*",
            "\"http request\"",
            "\"xml http request html\"",
            "http_response_code",
            "\"name oauth\"",
            "user2name",
        ],
        &[
            "htt",
            "httprequest",
            "\"xml request\"",
            "\"get html\"",
            "rl",
            "\"user name\"",
        ],
    ),
    (
        "The URLs of ABC株式会社のSDK2.0 and utf8, naïveCafé",
        &[
            "urls",
            "sdk",
            "\"株式会社のSDK\"",
            "\"sdk 2 0\"",
            "sdk2.0",
            "utf",
            "utf8",
            "ut*",
            "naïve",
            "naive",
            "café",
            "cafe",
        ],
        &["ur", "ls", "sdk20", "\"株式会社SDK\"", "naïvecafe"],
    ),
    // Symbols that stand for letters
    (
        "5 ㎏ now, 摂氏20℃です 幅3㎝ 広さ50㎡ ㈱日立 ㍿東芝 №7 Pokémon™ ￥9",
        &[
            "kg",
            "5 ㎏",
            "㎏",
            "℃",
            "20℃",
            "20°c",
            "3cm",
            "cm",
            "3",
            "㎝",
            "50m2",
            "㎡",
            "(株)日立",
            "㈱日立",
            "株",
            "株式会社",
            "株式会社東芝",
            "㍿",
            "no7",
            "№",
            "7",
            "pokémon",
            "pokemon",
            "pokemon™",
            "tm",
            "¥9",
        ],
        &["g", "株日立", "会社日立", "5kg", "pokèmon"],
    ),
    // A sound mark is a part of the letter, whatever its form
    (
        "がき ガム ｶﾞｰﾄﾞ か\u{3099}っこう",
        &[
            "が",
            "がき",
            "ガ",
            "ガム",
            "ｶﾞ",
            "ガード",
            "か\u{3099}っこ",
            "がっこう",
            "ﾑ",
        ],
        &["か", "カ", "カム", "ｶ", "き\u{3099}", "\u{3099}"],
    ),
    ("か ハ", &["か", "ハ", "ﾊ"], &["が", "バ", "パ"]),
    // Flags, and a space without width
    (
        "🇩🇪🇫🇷 wins, zero\u{200b}width, ภาษา\u{200b}ไทย",
        &["🇩🇪", "🇫🇷", "🇩🇪🇫🇷", "zero", "width", "ภาษาไทย"],
        &["🇪🇫", "🇫🇷🇩🇪", "zerowidth"],
    ),
];
