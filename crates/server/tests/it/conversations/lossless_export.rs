//! The export has all that was sent, byte for byte.

use crate::answer::Answer;
use crate::app::{Actor, TestApp, id};
use crate::rows;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

/// Numbers that look random and are the same in every run (xorshift64*).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % limit
    }

    /// Text from everywhere in Unicode, with many characters that are often mistreated.
    fn text(&mut self, longest: u64) -> String {
        const ODD: &[char] = &[
            '"',
            '\\',
            '/',
            '\u{1}',
            '\u{8}',
            '\t',
            '\n',
            '\r',
            '\u{1f}',
            ' ',
            '\u{7f}',
            '\u{85}',
            '\u{a0}',
            '\u{301}',
            '\u{200b}',
            '\u{200d}',
            '\u{202e}',
            '\u{2028}',
            '\u{2029}',
            '\u{feff}',
            '\u{fffd}',
            '\u{ffff}',
            '\u{1f468}',
            '\u{e0001}',
            '\u{10ffff}',
            '<',
            '&',
            '\'',
            '\u{d7ff}',
            '\u{e000}',
        ];
        let length = 1 + self.below(longest);
        (0..length)
            .map(|_| match self.below(4) {
                0 => ODD[self.below(ODD.len() as u64) as usize],
                1 => char::from(b'a' + self.below(26) as u8),
                _ => char::from_u32(1 + self.below(0x10_FFFF) as u32).unwrap_or('\u{fffd}'),
            })
            .collect()
    }
}

/// A message as it was sent, with every text it was given.
struct Sent {
    id: String,
    role: &'static str,
    call_id: Option<String>,
    texts: Vec<String>,
}

/// A client that remembers its requests.
struct Client<'a> {
    app: &'a TestApp,
    alice: Actor,
    items: String,
    dice: Dice,
    sent: Vec<Sent>,
}

impl Client<'_> {
    async fn append(&mut self) {
        let role =
            ["system", "developer", "user", "assistant", "tool"][self.dice.below(5) as usize];
        // Now and then one that is longer than a batch.
        let longest = if self.dice.below(40) == 0 {
            100_000
        } else {
            300
        };
        let content = self.dice.text(longest);
        let number = self.sent.len();
        let call_id = (self.dice.below(3) == 0).then(|| format!("{number} {}", self.dice.text(50)));
        let message = json!({ "role": role, "content": content, "call_id": call_id });
        let item = self.alice.post(&self.items, message).await.expect(201);
        let texts = vec![content];
        self.sent.push(Sent {
            id: id(&item),
            role,
            call_id,
            texts,
        });
    }

    async fn edit(&mut self, index: usize) {
        let content = self.dice.text(300);
        let Some(sent) = self.sent.get_mut(index) else {
            return;
        };
        let path = format!("{}/{}/edit", self.items, sent.id);
        let body = json!({ "content": content });
        self.alice
            .call_with(Method::PUT, &path, &body)
            .await
            .expect(200);
        if sent.texts.last() != Some(&content) {
            sent.texts.push(content);
        }
    }

    async fn restore(&mut self, index: usize) {
        let Some(sent) = self.sent.get_mut(index) else {
            return;
        };
        let number = 1 + self.dice.below(sent.texts.len() as u64) as usize;
        let path = format!("{}/{}/versions/{number}/restore", self.items, sent.id);
        self.alice.post(&path, json!({})).await.expect(200);
        if number != sent.texts.len() {
            sent.texts.push(sent.texts[number - 1].clone());
        }
    }

    async fn delete(&mut self, index: usize) {
        if self.sent.is_empty() {
            return;
        }
        let sent = self.sent.remove(index);
        let path = format!("{}/{}", self.items, sent.id);
        self.alice.delete(&path).await.expect_nothing(204);
    }

    async fn step(&mut self) {
        self.app.clock.advance(TimeDelta::microseconds(17));
        let index = self.dice.below(self.sent.len().max(1) as u64) as usize;
        match self.dice.below(12) {
            0..5 => self.append().await,
            5..9 => self.edit(index).await,
            // One message is changed more often than a batch has rows.
            9 => self.edit(0).await,
            10 => self.restore(index).await,
            _ if self.dice.below(3) == 0 => self.delete(index).await,
            _ => self.append().await,
        }
    }
}

/// Checks that an export has exactly the sent messages.
fn assert_holds(export: &Value, sent: &[Sent]) {
    let items = export["items"].as_array().unwrap();
    assert_eq!(items.len(), sent.len());
    for (item, sent) in items.iter().zip(sent) {
        assert_eq!(item["id"], sent.id);
        assert_eq!(item["role"], sent.role, "{}", sent.id);
        assert_eq!(item["call_id"].as_str(), sent.call_id.as_deref());
        assert_eq!(item["version"], sent.texts.len(), "{}", sent.id);
        let (current, earlier) = sent.texts.split_last().unwrap();
        assert_eq!(item["content"].as_str().unwrap(), current);
        let versions = item["earlier_versions"].as_array().unwrap();
        assert_eq!(versions.len(), earlier.len(), "{}", sent.id);
        for (index, (version, text)) in versions.iter().zip(earlier).enumerate() {
            assert_eq!(version["version"], index + 1);
            assert_eq!(version["content"].as_str().unwrap(), text);
        }
        // Each version has the time at which it was made.
        let times = versions.iter().chain([item]).map(|version| {
            let field = if version["earlier_versions"].is_null() {
                "created_at"
            } else {
                "updated_at"
            };
            version[field].as_str().unwrap().to_owned()
        });
        let times: Vec<_> = times.collect();
        assert_eq!(times[0], item["created_at"]);
        assert!(times.is_sorted_by_key(|time| chrono_of(time)), "{times:?}");
    }
}

fn chrono_of(time: &str) -> chrono::DateTime<chrono::FixedOffset> {
    chrono::DateTime::parse_from_rfc3339(time).unwrap()
}

#[tokio::test]
async fn the_export_holds_every_version_of_every_message_byte_for_byte() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let metadata = json!({ "k\u{202e}": "v\u{1}\"\\" });
    let body = json!({ "title": "To keep \u{1f468}\u{200d}\u{1f469}", "metadata": metadata });
    let conversation = alice.conversation(body).await;
    let path = format!("/v1/conversations/{conversation}");
    let mut client = Client {
        app: &app,
        alice: alice.clone(),
        items: format!("{path}/items"),
        dice: Dice(0x5EED),
        sent: Vec::new(),
    };
    for _ in 0..500 {
        client.step().await;
    }
    let outline = alice
        .get(&format!("{path}?include_items=false"))
        .await
        .expect(200);
    let export = alice.get(&format!("{path}/export")).await.expect(200);
    alice.delete(&path).await.expect_nothing(204);

    assert_holds(&export, &client.sent);
    for (field, value) in outline.as_object().unwrap() {
        assert_eq!(&export[field], value, "{field}");
    }
    let versions: usize = client.sent.iter().map(|sent| sent.texts.len()).sum();
    assert!(client.sent.len() > 100 && versions > 350, "{versions}");
}

#[tokio::test]
async fn an_export_of_more_rows_than_a_batch_has_them_all() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    // Batches end among items without versions, among versions, and between the two.
    rows::items(&app.schema, &conversation, 1_300, "'text ' || n").await;
    let versions = "insert into item_versions
        select owner_id, conversation_id, created_at, sequence, v, null,
            'text ' || sequence || ' of ' || v
        from items, generate_series(1, case when sequence = 700 then 1200
            when sequence % 100 = 0 then 3 else 0 end) v;
        update items set version = case when sequence = 700 then 1201 else 4 end
        where sequence % 100 = 0";
    app.schema.rows(versions).await;
    rows::assert_consistent(&app.schema).await;

    let path = format!("/v1/conversations/{conversation}/export");
    let export = alice.get(&path).await.expect(200);
    let items = export["items"].as_array().unwrap();
    assert_eq!(items.len(), 1_300);
    for (index, item) in items.iter().enumerate() {
        let number = index + 1;
        assert_eq!(item["content"], format!("text {number}"));
        let earlier = item["earlier_versions"].as_array().unwrap();
        let count = if number == 700 {
            1_200
        } else if number % 100 == 0 {
            3
        } else {
            0
        };
        assert_eq!(earlier.len(), count, "{number}");
        for (index, version) in earlier.iter().enumerate() {
            assert_eq!(version["version"], index + 1);
            assert_eq!(
                version["content"],
                format!("text {number} of {}", index + 1)
            );
        }
    }
    let markdown = alice.get(&format!("{path}?format=md")).await;
    let texts = markdown
        .text()
        .lines()
        .filter(|line| line.starts_with("text "));
    assert!(texts.eq((1..=1_300).map(|number| format!("text {number}"))));
}

#[tokio::test]
async fn an_empty_export_is_whole() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/export");
    let export = alice.get(&path).await.expect(200);
    assert_eq!(export["items"], json!([]));
    let gone = crate::app::id(&alice.say(&conversation, "gone").await);
    let item = format!("/v1/conversations/{conversation}/items/{gone}");
    alice.delete(&item).await.expect_nothing(204);
    assert_eq!(alice.get(&path).await.expect(200)["items"], json!([]));
    assert_eq!(alice.get(&format!("{path}?format=md")).await.status, 200);
}

#[tokio::test]
async fn the_export_for_people_has_the_title_and_the_speakers() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice
        .conversation(json!({ "title": "Trip\nto Oslo" }))
        .await;
    let items = format!("/v1/conversations/{conversation}/items");
    for role in ["system", "developer", "user", "assistant", "tool"] {
        let message = json!({ "role": role, "content": format!("what the {role} said") });
        alice.post(&items, message).await.expect(201);
    }
    let path = format!("/v1/conversations/{conversation}/export?format=md");
    let markdown = alice.get(&path).await;
    let text = markdown.text();
    assert!(text.starts_with("# Trip to Oslo\n"), "{text}");
    let mut from = 0;
    for (name, role) in [
        ("**System**", "system"),
        ("**Developer**", "developer"),
        ("**User**", "user"),
        ("**Assistant**", "assistant"),
        ("**Tool**", "tool"),
    ] {
        for part in [name, &format!("\nwhat the {role} said\n")] {
            let at = text[from..].find(part);
            from += at.unwrap_or_else(|| panic!("{part} is missing or out of order: {text}"));
        }
    }
}

/// The names of a Content-Disposition header: the plain one, and the one in UTF-8.
fn names(answer: &Answer) -> (String, Option<String>) {
    let header = answer.header("content-disposition");
    let rest = header.strip_prefix("attachment; filename=\"").unwrap();
    let (plain, rest) = rest.split_once('"').unwrap();
    let named = rest.strip_prefix("; filename*=UTF-8''").map(|encoded| {
        let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.%".contains(byte);
        assert!(encoded.as_bytes().iter().all(allowed), "{header}");
        let mut bytes = Vec::new();
        let mut parts = encoded.split('%');
        bytes.extend_from_slice(parts.next().unwrap().as_bytes());
        for part in parts {
            bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
            bytes.extend_from_slice(&part.as_bytes()[2..]);
        }
        String::from_utf8(bytes).unwrap()
    });
    assert!(named.is_some() || rest.is_empty(), "{header}");
    (plain.to_owned(), named)
}

#[tokio::test]
async fn the_files_name_is_valid_whatever_the_title() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let long = "\u{1f468}".repeat(256);
    let cjk = "日".repeat(66);
    let cases = [
        (json!("Plain"), Some("Plain")),
        (
            json!("a \"quoted\"; title='x'"),
            Some("a -quoted-; title='x'"),
        ),
        (json!("../../etc/passwd"), Some("etc-passwd")),
        (json!("C:\\con|*?<>"), Some("C--con-----")),
        (
            json!("two\r\nX-Injected: yes"),
            Some("two--X-Injected- yes"),
        ),
        (
            json!("emoji 👩‍👩‍👧 and שלום \u{202e}txt"),
            Some("emoji 👩‍👩‍👧 and שלום txt"),
        ),
        (json!("100% é"), Some("100% é")),
        (json!("invoice\u{202e}gpj.exe"), Some("invoicegpj.exe")),
        (json!("a\u{200b}\u{2066}\u{61c}b\u{2028}c"), Some("ab-c")),
        (json!("nul.txt"), Some("_nul.txt")),
        (json!(".profile"), Some("profile")),
        (json!("日".repeat(256)), Some(&cjk)),
        (json!("..."), None),
        (json!(null), None),
        (json!(long), Some(&long[..200])),
    ];
    for (title, expected) in cases {
        let conversation = alice.conversation(json!({ "title": title })).await;
        for (format, ending) in [("json", "json"), ("md", "md")] {
            let path = format!("/v1/conversations/{conversation}/export?format={format}");
            let answer = alice.get(&path).await;
            assert_eq!(answer.status, 200, "{title}");
            assert!(answer.headers.get("x-injected").is_none());
            let (plain, named) = names(&answer);
            assert_eq!(plain, format!("{conversation}.{ending}"));
            assert_eq!(
                named,
                expected.map(|name| format!("{name}.{ending}")),
                "{title}"
            );
        }
    }
}
