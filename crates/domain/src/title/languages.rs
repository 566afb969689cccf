//! Words that stand around titles, in the languages that models speak. A table: each row is a language, and
//! in it words are parted by bars. All are in lower case.

pub(crate) struct TitleLanguage {
    /// "Title".
    pub(crate) title: &'static str,
    /// The thing that has a title: "conversation", "chat".
    pub(crate) chat: &'static str,
    /// Words that stand next to these in a label, or in a sentence before a title.
    pub(crate) beside: &'static str,
    /// "New", "untitled": with a word for a chat, the name of one that has no title.
    pub(crate) new: &'static str,
    /// The words of an answer that only says yes.
    pub(crate) sure: &'static str,
    /// How refusals begin, and thoughts about the person in the chat.
    pub(crate) refusals: &'static str,
    /// Words of greetings, and for their addressees.
    pub(crate) greetings: &'static str,
    /// Words in the same line as a greeting, such as an assistant's offer of help.
    pub(crate) offers: &'static str,
}

const fn language(words: [&'static str; 8]) -> TitleLanguage {
    let [title, chat, beside, new, sure, refusals, greetings, offers] = words;
    TitleLanguage {
        title,
        chat,
        beside,
        new,
        sure,
        refusals,
        greetings,
        offers,
    }
}

/// In the order of the fields.
pub(crate) const LANGUAGES: &[TitleLanguage] = &[
    // English
    language([
        "title|titles",
        "chat|conversation|discussion|thread|session|dialogue",
        "the|a|an|is|would|could|can|might|may|be|for|of|this|your|our|that|you|requested|asked|suggested|proposed|possible|suitable|appropriate|fitting|good|great|short|concise|brief|descriptive|new|generated|final|suggestion|here|here's|here’s|okay|ok|course|my|option|1|in|words|it|as|with|following|based|on|captures|best",
        "new|untitled|no title|unnamed",
        "sure|certainly|of course|okay|ok|absolutely|great|got it|here you go|sure thing",
        "i'm sorry, |i’m sorry, |i am sorry, |i'm sorry but |sorry, but |sorry, i |i cannot |i can't |i can’t |i am unable |i'm unable |as an ai|the user is asking |the user wants |the user asks |the user has asked |okay, the user |okay, so the user |we need to produce |we need to generate |we need to create |i need to come up ",
        "hi|hello|hey|hiya|howdy|greetings|dear|good|morning|afternoon|evening",
        "can you help me|could you help me|can you help me please|please help me|please help|i need help|i need your help|help me please|i have a question|quick question|how are you|how are you doing|how are you today|i hope you are well|hope you are well|hope you're well|how can i help you|how may i help you|how can i assist you|how may i assist you|what can i do for you",
    ]),
    // German
    language([
        "titel|überschrift",
        "chats|chat|gesprächs|gespräch|gesprächstitel|unterhaltung|konversation|dialogs",
        "hier|ist|ein|eine|der|das|des|dem|den|die|diese|dieses|diesen|für|könnte|lauten|lautet|wäre|vorschlag|vorgeschlagener|möglicher|kurzer|passender|mein|neuer",
        "neuer|neue|neues|unbenannter|unbenannte|unbenanntes|ohne titel",
        "natürlich|gerne|selbstverständlich|klar|na klar",
        "es tut mir leid, |tut mir leid, |entschuldigung, |ich kann dabei nicht |ich kann ihnen dabei |ich kann dir dabei |ich kann dir leider |ich kann ihnen leider |ich kann leider |ich kann nicht helfen|leider kann ich |der benutzer möchte |der benutzer fragt |der nutzer möchte |der nutzer fragt ",
        "hallo|guten|tag|morgen|abend|moin|servus|grüß|gott|liebe|lieber|liebes|sehr|geehrte|damen|und|herren|zusammen|hi|ki",
        "kannst du mir helfen|können sie mir helfen|kannst du mir bitte helfen|ich brauche hilfe|ich habe eine frage|wie geht es dir|wie geht's|wie kann ich dir helfen|wie kann ich ihnen helfen|wie kann ich helfen",
    ]),
    // French
    language([
        "titre",
        "conversation|discussion|chat|échange|dialogue",
        "voici|un|le|la|l|du|de|cette|pour|proposé|suggéré|est|serait|pourrait|être|suivant|court|adapté|proposition",
        "nouvelle|nouveau|sans titre",
        "bien sûr|d'accord|certainement|avec plaisir",
        "je suis désolé|désolé, |je ne peux pas |je ne suis pas en mesure |l'utilisateur demande |l'utilisateur veut |l'utilisateur souhaite ",
        "bonjour|bonsoir|salut|coucou|cher|chère|à|tous|toutes|madame|monsieur",
        "pouvez-vous m'aider|peux-tu m'aider|j'ai une question|j'ai besoin d'aide|comment allez-vous|comment ça va|ça va|comment puis-je vous aider|comment puis-je t'aider|en quoi puis-je vous aider",
    ]),
    // Spanish
    language([
        "título|titulo",
        "conversación|charla|chat|diálogo",
        "aquí|tienes|está|el|un|de|la|esta|para|sugerido|propuesto|es|sería|podría|ser|sugerencia|propuesta|breve",
        "nueva|nuevo|sin título",
        "claro|por supuesto|claro que sí",
        "lo siento, |lo siento|no puedo ayudar|el usuario pregunta |el usuario quiere ",
        "hola|buenos|buenas|días|tardes|noches|estimado|estimada|querido|querida|qué|tal",
        "puedes ayudarme|me puedes ayudar|podrías ayudarme|tengo una pregunta|necesito ayuda|cómo estás|en qué puedo ayudarte|cómo puedo ayudarte|en qué puedo ayudarle|cómo puedo ayudarle",
    ]),
    // Portuguese
    language([
        "título|titulo",
        "conversa|bate-papo|diálogo|chat",
        "aqui|está|um|o|a|da|de|do|para|esta|sugestão|sugerido|proposto|é|seria|poderia|ser",
        "nova|novo|sem título",
        "claro|claro que sim|com certeza",
        "desculpe, |sinto muito|não posso ajudar|o usuário pergunta |o usuário quer ",
        "olá|oi|bom|boa|dia|tarde|noite|prezado|prezada|caro|cara",
        "pode me ajudar|você pode me ajudar|poderia me ajudar|tenho uma dúvida|tenho uma pergunta|preciso de ajuda|tudo bem|como posso ajudar|como posso ajudá-lo|como posso te ajudar|em que posso ajudar",
    ]),
    // Italian, Catalan, Romanian
    language([
        "titolo|títol|titlu",
        "conversazione|chat|conversa|conversației|conversație",
        "ecco|il|un|della|per|questa|suggerito|proposto|è|sarebbe|potrebbe|essere|aquí|proposta|pentru",
        "nuova|nuovo|nova|nouă|senza titolo",
        "certo|certamente|sigur|volentieri",
        "mi dispiace|non posso aiutar|îmi pare rău|l'utente chiede |l'utente vuole ",
        "ciao|buongiorno|buonasera|salve|gentile|caro|cara|bon|dia|bună|ziua|tutti|a",
        "puoi aiutarmi|mi puoi aiutare|può aiutarmi|ho una domanda|ho bisogno di aiuto|come stai|come posso aiutarti|come posso aiutarla|in cosa posso aiutarti",
    ]),
    // Dutch, Danish, Norwegian, Swedish, Icelandic
    language([
        "titel|titlen|tittel|tittelen|rubrik|rubriken|overskrift|titill|onderwerp",
        "gesprek|het gesprek|conversatie|chat|samtalens|samtale|samtalen|samtalet|samtal|samtals|samtalstitel|chatten|spjall|spjallsins",
        "hier|is|een|het|de|van|voor|dit|deze|kan|krijgen|zou|kunnen|zijn|voorgestelde|korte|passende|her|er|en|et|for|denne|til|på|här|är|ett|den|här|föreslagen|foreslået|forslag|förslag|suggestie",
        "nieuw|nieuwe|naamloos|naamloze|ny|nytt|nyt|ny|uden titel|uten tittel|namnlös|zonder titel",
        "natuurlijk|zeker|selvfølgelig|naturligtvis|självklart|graag",
        "het spijt me|ik kan daar niet |beklager|jeg kan ikke hjelpe|jeg kan ikke hjælpe|jag kan tyvärr|tyvärr|de gebruiker vraagt |de gebruiker wil ",
        "hallo|hoi|goedemorgen|goedemiddag|goedenavond|goedendag|beste|hej|hei|god|goddag|morgen|dag|kära|kjære|kære|halló|góðan|daginn|geachte",
        "kun je me helpen|kunt u mij helpen|ik heb een vraag|kan du hjælpe mig|kan du hjelpe meg|kan du hjälpa mig|jag har en fråga|hoe kan ik je helpen|hoe kan ik u helpen|waarmee kan ik je helpen|hvordan kan jeg hjelpe deg|hvordan kan jeg hjælpe dig|hur kan jag hjälpa dig|vad kan jag hjälpa dig med",
    ]),
    // Finnish, Estonian, Latvian, Lithuanian, Hungarian
    language([
        "otsikko|pealkiri|virsraksts|pavadinimas|cím|címe",
        "keskustelun|keskustelu|keskustelulle|vestluse|vestlus|sarunas|saruna|pokalbio|pokalbis|beszélgetés|csevegés",
        "tässä|on|ehdotus|ehdotettu|siin|šeit|ir|štai|a|az|itt|egy|javasolt|lehetséges",
        "uusi|uus|jauna|naujas|új|nimetön|névtelen",
        "tottakai|toki|selvä|persze|természetesen|muidugi",
        "valitettavasti|pahoittelut|sajnálom|sajnos|vabandust|atsiprašau|diemžēl",
        "hei|moi|terve|huomenta|päivää|tere|sveiki|labas|szia|sziasztok|jó|napot|reggelt|estét|kedves|helló",
        "voitko auttaa minua|voitko auttaa|tudsz segíteni|segítségre van szükségem|kuinka voin auttaa|miten voin auttaa|miben segíthetek|hogyan segíthetek",
    ]),
    // Polish, Czech, Slovak, Slovenian, Croatian
    language([
        "tytuł|tytułem|titulek|název|názov|nadpis|naslov",
        "rozmowy|rozmowa|czatu|czat|konwersacji|konverzace|rozhovoru|rozhovor|chatu|konverzácie|pogovora|razgovora|razgovor",
        "oto|jest|to|tej|dla|proponowany|sugerowany|propozycja|możliwy|zde|je|navrhovaný|návrh|pro|pre|tu|predlog|predloženi|za|ovdje|ovaj",
        "nowa|nowy|nová|nový|novi|nov|bez tytułu|bez názvu|bez naslova",
        "oczywiście|jasne|jistě|samozřejmě|samozrejme|naravno|seveda|pewnie",
        "przepraszam|niestety|nie mogę pomóc|omlouvám se|bohužel|ospravedlňujem|žiaľ|žao mi je|nažalost|użytkownik pyta |użytkownik chce ",
        "cześć|dzień|dobry|dobry|witam|witaj|hej|szanowni|państwo|drogi|ahoj|dobrý|den|deň|zdravím|bok|pozdrav|živjo|dan|dober",
        "możesz mi pomóc|czy możesz mi pomóc|mam pytanie|potrzebuję pomocy|můžeš mi pomoct|mám otázku|w czym mogę pomóc|jak mogę pomóc|jak ti mohu pomoci|s čím ti mohu pomoci|ako ti môžem pomôcť|kako ti mogu pomoći|kako vam mogu pomoći",
    ]),
    // Russian, Ukrainian, Belarusian, Bulgarian, Serbian
    language([
        "заголовок|название|назва|заглавие|наслов|загаловак|заголовка",
        "беседы|беседа|разговора|разговор|чата|чат|диалога|диалог|розмови|розмова|чату|бесіди|размовы|размова|разговора",
        "вот|это|для|этой|этого|предлагаемый|предлагаемое|возможный|краткий|ось|це|цієї|пропонована|запропонована|за|ево|предложено|вариант",
        "новый|новая|новое|нова|новий|новы|нов|ново|без названия|без назви",
        "конечно|хорошо|да|разумеется|звичайно|звісно|добре",
        "извините|простите|к сожалению|я не могу помочь|вибачте|на жаль|я не можу допомогти|съжалявам|пользователь спрашивает|пользователь хочет |користувач запитує|користувач хоче ",
        "привет|здравствуйте|здравствуй|добрый|доброе|день|утро|вечер|уважаемый|уважаемая|дорогой|привіт|добрий|вітаю|доброго|дня|здравейте|здраво|всем",
        "можешь мне помочь|помогите|помоги|помогите пожалуйста|можете помочь|у меня вопрос|есть вопрос|как дела|чем могу помочь|чем я могу помочь|чем я могу вам помочь|как я могу помочь|чим я можу допомогти|чим можу допомогти|як я можу допомогти|як справи",
    ]),
    // Greek, Turkish, Azerbaijani
    language([
        "τίτλος|başlık|baslik|başlığı|basligi|başliq|başlıq",
        "συνομιλίας|συζήτησης|συνομιλία|sohbet|sohbetin|konuşma|konuşmanın|söhbət",
        "ο|της|ένας|είναι|εδώ|για|προτεινόμενος|işte|bir|için|önerilen|bu|olası|öneri",
        "νέα|νέο|yeni|adsız|isimsiz|başlıksız|χωρίς τίτλο",
        "βεβαίως|φυσικά|tabii|tabii ki|elbette",
        "λυπάμαι|συγγνώμη|δεν μπορώ να βοηθήσω|üzgünüm|maalesef",
        "γεια|σου|σας|καλημέρα|καλησπέρα|χαίρετε|merhaba|selam|selamlar|günaydın|iyi|günler|akşamlar|sayın|salam",
        "μπορείς να με βοηθήσεις|έχω μια ερώτηση|bana yardım eder misin|yardım eder misin|bir sorum var|nasılsın|πώς μπορώ να σας βοηθήσω|πώς μπορώ να σε βοηθήσω|size nasıl yardımcı olabilirim|nasıl yardımcı olabilirim",
    ]),
    // Arabic, Persian, Urdu, Hebrew
    language([
        "عنوان|العنوان|عنوانًا|כותרת|הכותרת|כותרת",
        "المحادثة|محادثة|الدردشة|الحوار|گفتگو|گفت‌وگو|چت|مکالمه|گفتگوی|השיחה|שיחה|لשיחה|הצ'אט|צ'אט",
        "المقترح|هو|هذه|هذا|إليك|لهذه|مقترح|پیشنهادی|این|برای|یک|است|کا|ہے|הנה|זו|מוצעת|המוצעת|של|לשיחה|היא",
        "جديدة|جديد|جدید|نئی|חדשה|חדש|بدون عنوان|ללא כותרת",
        "بالتأكيد|بالطبع|حسنا|حسنًا|البته|حتما|בטח|כמובן",
        "آسف|عذرا|عذرًا|أعتذر|لا أستطيع|لا يمكنني|متأسفم|متاسفم|معذرت|אני מצטער|מצטער|אני לא יכול|المستخدم يسأل|المستخدم يريد",
        "مرحبا|مرحبًا|أهلا|أهلاً|السلام|عليكم|صباح|مساء|الخير|سلام|درود|שלום|היי|בוקר|ערב|טוב|آداب",
        "هل يمكنك مساعدتي|لدي سؤال|أحتاج مساعدة|می‌توانید کمکم کنید|אפשר עזרה|كيف يمكنني مساعدتك|كيف أستطيع مساعدتك|چطور می‌توانم کمکتان کنم|چگونه می‌توانم کمک کنم|איך אני יכול לעזור|איך אפשר לעזור|במה אוכל לעזור",
    ]),
    // Hindi, Bengali, Tamil, Telugu
    language([
        "शीर्षक|শিরোনাম|தலைப்பு|శీర్షిక",
        "बातचीत|वार्तालाप|चैट|কথোপকথনের|কথোপকথন|চ্যাট|উரையாடல்|உரையாடலின்|அரட்டை|సంభాషణ",
        "का|की|के|लिए|यह|है|एक|इस|सुझाया|गया|सुझाव|यहाँ|একটি|এই|জন্য|প্রস্তাবিত|இதோ|ஒரு|ఒక",
        "नई|नया|নতুন|புதிய|కొత్త",
        "ज़रूर|जरूर|बिल्कुल|অবশ্যই|நிச்சயமாக",
        "क्षमा करें|मुझे खेद है|माफ़ कीजिए|দুঃখিত|மன்னிக்கவும்|క్షమించండి",
        "नमस्ते|नमस्कार|हैलो|हेलो|প্রিয়|নমস্কার|হ্যালো|வணக்கம்|నమస్కారం|नमस्ते जी",
        "क्या आप मेरी मदद कर सकते हैं|मेरी मदद करें|मैं आपकी कैसे मदद कर सकता हूँ|मैं आपकी क्या मदद कर सकता हूँ|আমি কীভাবে সাহায্য করতে পারি|நான் எப்படி உதவ முடியும்",
    ]),
    // Vietnamese, Indonesian, Malay, Filipino
    language([
        "tiêu đề|judul|tajuk|pamagat",
        "cuộc|trò|chuyện|hội|thoại|đoạn|percakapan|obrolan|perbualan|sembang|usapan",
        "đây|là|cho|này|của|một|đề|xuất|gợi|ý|ini|adalah|untuk|berikut|yang|disarankan|usulan|dicadangkan|narito|ang|ng",
        "mới|baru|bagong|tanpa judul|chưa đặt tên",
        "chắc chắn rồi|tất nhiên|tentu|tentu saja|baik|baiklah|sige|dạ",
        "xin lỗi|rất tiếc|maaf, |maaf saya|saya tidak dapat|saya tidak bisa|paumanhin|người dùng muốn |người dùng hỏi |pengguna bertanya |pengguna ingin ",
        "xin|chào|bạn|anh|chị|kính|gửi|halo|hai|selamat|pagi|siang|sore|malam|kamusta|kumusta|yth",
        "bạn có thể giúp tôi không|giúp tôi với|tôi có câu hỏi|bisa bantu saya|bisakah anda membantu saya|tolong bantu saya|apa kabar|tôi có thể giúp gì cho bạn|ada yang bisa saya bantu|apa yang bisa saya bantu|bagaimana saya bisa membantu",
    ]),
    // Chinese
    language([
        "标题|標題|题目|題目",
        "对话|對話|聊天|会话|會話|交谈|交談|聊天室",
        "的|是|为|為|建议|建議|推荐|推薦|可以|如下|以下|一个|一個|这个|這個|这|這|好|好的|您|你|本|此|次|该|該|合适|合適|简短|簡短|，|,|可|以|：|生成|根据|內容|内容",
        "新|新的|新建|无标题|無標題|未命名",
        "好的|当然|當然|没问题|沒問題|可以|当然可以",
        "抱歉，|抱歉,|对不起|對不起|很抱歉|我无法|我無法|用户想要|用户想知道|用户询问|用户正在问|用戶想要|好的，用户",
        "你好|您好|嗨|大家好|早上好|下午好|晚上好|哈喽|哈囉|早安|午安|晚安|亲爱的|親愛的",
        "请帮帮我|请帮我|能帮我吗|你能帮我吗|可以帮我吗|请问|请帮忙|我有一个问题|有什么可以帮|我能帮你什么|我可以帮你什么|有什麼可以幫|很高兴见到你|很高兴为您服务",
    ]),
    // Japanese
    language([
        "タイトル|題名|件名",
        "会話|チャット|対話|スレッド",
        "の|は|案|候補|この|以下|こちら|です|として|提案|が|を|おすすめ|例|はい|、|次|に|する|なら",
        "新しい|新規|無題|無題の",
        "もちろん|はい|もちろんです|承知しました|かしこまりました|わかりました",
        "申し訳|すみません|ごめんなさい|お手伝いできません",
        "こんにちは|こんばんは|おはよう|おはようございます|はじめまして|お世話になっております|お世話になります|どうも|やあ",
        "助けてください|手伝ってください|質問があります|教えてください|よろしくお願いします|どのようなご用件|お手伝いできることはありますか|何かお手伝い|どのようにお手伝い",
    ]),
    // Korean
    language([
        "제목|제목은|제목을|제목으로",
        "대화|채팅|대화의|채팅의|대화방",
        "추천|제안|이|위|다음|다음은|입니다|적절한|짧은|의|은|을|예시|안",
        "새|새로운|새로운 대화|제목 없음|무제",
        "네|물론입니다|물론이죠|알겠습니다",
        "죄송하지만|죄송합니다|사용자가 질문",
        "안녕하세요|안녕|안녕하십니까|여보세요|반갑습니다",
        "도와주세요|질문이 있습니다|도와줄 수 있어|무엇을 도와|어떻게 도와|도와드릴까요",
    ]),
    // Thai
    language([
        "หัวข้อ|ชื่อเรื่อง|ชื่อ|หัวเรื่อง",
        "แชท|การสนทนา|บทสนทนา|สนทนา",
        "คือ|ของ|สำหรับ|นี้|แนะนำ|ที่",
        "ใหม่|ไม่มีชื่อ",
        "แน่นอน|ได้เลย|ได้ครับ|ได้ค่ะ",
        "ขออภัย|ขอโทษ|ฉันไม่สามารถ|ผมไม่สามารถ",
        "สวัสดี|สวัสดีครับ|สวัสดีค่ะ|หวัดดี|ครับ|ค่ะ",
        "ช่วยหน่อย|ช่วยด้วย|มีอะไรให้ช่วย|ให้ฉันช่วย",
    ]),
];
