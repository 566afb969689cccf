use super::*;
use chrono::{TimeZone as _, Utc};
use domain::id::ItemId;
use domain::items::Content;
use domain::shares::{SharedItem, Speaker, View};
use domain::title::Title;

fn item(number: u32, role: Speaker, content: &str) -> SharedItem {
    SharedItem {
        id: ItemId::parse(&format!("item_{number:026}")).unwrap(),
        role,
        content: Content::parse(content.to_owned()).unwrap(),
        created_at: Utc.with_ymd_and_hms(2025, 12, 23, 10, 0, 0).unwrap(),
    }
}

fn view(title: &str, items: Vec<SharedItem>) -> View {
    View {
        title: Some(Title::parse(title).unwrap()),
        items,
        read_only: true,
        live: false,
        expires_at: None,
        has_more: false,
        has_before: false,
    }
}

/// The page of a link that has only one.
fn page_of(view: &View) -> String {
    conversation(view, &PageContext::default())
}

fn failed(status: u16, message: &str, request_id: &str) -> String {
    failure(&Failure {
        status,
        message,
        retry_after: None,
        request_id: Some(request_id),
    })
}

#[test]
fn it_says_who_spoke_and_when_and_links_to_each_message() {
    let items = vec![
        item(1, Speaker::User, "Hello"),
        item(2, Speaker::Assistant, "Hi"),
    ];
    let page = page_of(&view("A <title> & more", items));
    for part in [
        "<html lang=\"en\">",
        "<title>A &lt;title&gt; &amp; more</title>",
        "<h1 lang=\"\" dir=\"auto\">A &lt;title&gt; &amp; more</h1>",
        "id=\"item_00000000000000000000000001\" aria-labelledby=\"item_00000000000000000000000001-by\"",
        "<h2 id=\"item_00000000000000000000000001-by\">User</h2>",
        "<h2 id=\"item_00000000000000000000000002-by\">Assistant</h2>",
        "href=\"#item_00000000000000000000000002\"",
        "<p class=\"day\"><time datetime=\"2025-12-23\">23 Dec 2025</time></p>",
        "aria-label=\"Link to this message, 23 Dec 2025, 10:00 UTC\"",
        "<time datetime=\"2025-12-23T10:00:00Z\">10:00 UTC</time>",
        "Snapshot",
        "Shared by its owner. AI answers can be wrong.",
        "Read only",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(!page.contains("rel=\"next\"") && !page.contains("expires"));
    assert_eq!(page.matches("class=\"day\"").count(), 1);
    assert!(!page.contains("Continue this") && !page.contains("questions on this page"));
}

#[test]
fn a_day_is_told_once() {
    let mut items = vec![item(1, Speaker::User, "a"), item(2, Speaker::User, "b")];
    items.extend([item(3, Speaker::User, "c"), item(4, Speaker::User, "d")]);
    items[2].created_at += chrono::TimeDelta::hours(20);
    items[3].created_at += chrono::TimeDelta::hours(21);
    let page = page_of(&view("a", items));
    let days: Vec<_> = page
        .split("class=\"day\"><time datetime=\"")
        .skip(1)
        .collect();
    assert_eq!(days.len(), 2, "{page}");
    assert!(days[0].starts_with("2025-12-23") && days[1].starts_with("2025-12-24"));
}

/// A link, as a server knows it.
fn link() -> PageLink {
    PageLink {
        of_message: true,
        made_at: Some(Utc.with_ymd_and_hms(2025, 12, 24, 1, 2, 3).unwrap()),
        base: "https://chat.example".to_owned(),
        path: "/conversations/share/share_1".to_owned(),
        continue_url: Some("jan://share/share_1?a&b".to_owned()),
    }
}

fn surrounded(view: &View, link: PageLink) -> String {
    let around = PageContext {
        link,
        ..PageContext::default()
    };
    conversation(view, &around)
}

#[test]
fn it_says_what_the_link_is_and_where_the_conversation_can_go_on() {
    let mut view = view("a", vec![item(1, Speaker::User, "b")]);
    let page = surrounded(&view, link());
    for part in [
        "<p class=\"kind\">Shared message</p>",
        "Shared on <time datetime=\"2025-12-24\">24 Dec 2025</time>",
        "<a href=\"jan://share/share_1?a&amp;b\" rel=\"noopener noreferrer nofollow\">Continue this",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    view.read_only = false;
    let whole = PageLink {
        of_message: false,
        ..link()
    };
    let page = surrounded(&view, whole);
    assert!(
        page.contains("Snapshot of <time datetime=\"2025-12-24\">"),
        "{page}"
    );
    assert!(page.contains("Add to this conversation"));
}

#[test]
fn a_preview_has_the_title_the_first_question_and_a_picture() {
    let items = vec![
        item(1, Speaker::Assistant, "Welcome"),
        item(2, Speaker::User, "\n\nWhat \"is\"\n\n<this>\u{202e}?"),
    ];
    let page = surrounded(&view("A & b", items), link());
    for part in [
        "<meta property=\"og:title\" content=\"A &amp; b\">",
        "<meta property=\"og:description\" content=\"What &quot;is&quot; &lt;this&gt;?\">",
        "<meta property=\"og:url\" content=\"https://chat.example/conversations/share/share_1\">",
        "<meta property=\"og:image\" content=\"https://chat.example/assets/preview-",
        "<meta name=\"twitter:card\" content=\"summary_large_image\">",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    let page = page_of(&view("a", Vec::new()));
    assert!(page.contains("og:description\" content=\"A conversation with an AI model.\""));
    let long = "word ".repeat(200_000);
    let page = page_of(&view("a", vec![item(1, Speaker::User, &long)]));
    let (_, rest) = page.split_once("og:description\" content=\"").unwrap();
    let (description, _) = rest.split_once('"').unwrap();
    assert!(
        (150..=200).contains(&description.chars().count()),
        "{description}"
    );
}

#[test]
fn a_long_page_lists_its_questions() {
    let ask = |number, text: &str| item(number, Speaker::User, text);
    let items = vec![
        ask(1, "First\nmore"),
        item(2, Speaker::Assistant, "An answer"),
        ask(3, &"long ".repeat(60)),
        ask(4, "\u{200b}"),
        ask(5, "<b>"),
    ];
    let page = page_of(&view("a", items));
    let (_, rest) = page.split_once("<nav class=\"contents\"").unwrap();
    let (contents, _) = rest.split_once("</nav>").unwrap();
    assert!(contents.contains("4 questions on this page"), "{contents}");
    for part in [
        "href=\"#item_00000000000000000000000001\" lang=\"\" dir=\"auto\">First</a>",
        "A question without words",
        ">&lt;b&gt;</a>",
    ] {
        assert!(contents.contains(part), "{part} is not in {contents}");
    }
    assert!(!contents.contains("An answer") && contents.len() < 1_200);
}

#[test]
fn a_page_says_where_it_stands() {
    let place = |first, last, total, page| PageStanding {
        first,
        last,
        total,
        page,
    };
    let view = view("a", vec![item(1, Speaker::User, "b")]);
    for (standing, words) in [
        (
            place(101, 200, 260, Some((2, 3))),
            "Page 2 of 3, messages 101 to 200 of 260",
        ),
        (place(7, 7, 9, None), "Message 7 of 9"),
    ] {
        let around = PageContext {
            neighbours: Neighbours {
                next: Some("?after=1".to_owned()),
                ..Neighbours::default()
            },
            standing: Some(standing),
            link: PageLink::default(),
        };
        let page = conversation(&view, &around);
        assert!(
            page.contains(&format!("<title>a ({words})</title>")),
            "{page}"
        );
        assert!(
            page.contains(&format!("<span class=\"place\">{words}</span>")),
            "{page}"
        );
    }
}

#[test]
fn it_says_what_the_link_allows_and_when_it_ends() {
    let mut view = view("a", Vec::new());
    view.live = true;
    view.read_only = false;
    view.expires_at = Some(Utc.with_ymd_and_hms(2026, 1, 2, 3, 4, 5).unwrap());
    let page = page_of(&view);
    assert!(page.contains("New messages appear here"));
    assert!(page.contains("People who sign in may add messages"));
    assert!(page.contains("This link expires on <time datetime=\"2026-01-02T03:04:05Z\">"));
    assert!(page.contains("There are no messages to show."));
}

#[test]
fn pages_are_linked_both_ways() {
    let view = view("a", vec![item(1, Speaker::User, "b")]);
    let neighbours = Neighbours {
        first: Some("?".to_owned()),
        last: Some("?before=9".to_owned()),
        previous: Some("?before=1".to_owned()),
        next: Some("?after=1&x=\"".to_owned()),
        here: "&after=2".to_owned(),
    };
    let around = PageContext {
        neighbours,
        ..PageContext::default()
    };
    let page = conversation(&view, &around);
    for (part, times) in [
        ("<link rel=\"prev\" href=\"?before=1\">", 1),
        ("<link rel=\"next\" href=\"?after=1&amp;x=&quot;\">", 1),
        ("<a rel=\"prev\" href=\"?before=1\">", 2),
        ("<a class=\"end\" href=\"?before=9\">", 2),
        ("<a href=\"?format=md&amp;after=2\" rel=\"nofollow\">", 1),
    ] {
        assert_eq!(page.matches(part).count(), times, "{part}");
    }
}

#[test]
fn no_page_has_a_script_or_a_style_in_it_or_an_address_elsewhere() {
    let mut pages = vec![page_of(&view("a", vec![item(1, Speaker::User, "b")]))];
    for status in [400, 404, 410, 429, 500, 503] {
        pages.push(failed(status, "c", "req_1"));
    }
    for page in pages {
        let script = format!(
            "<script src=\"../../assets/{}\" defer></script>",
            assets::SCRIPT.name
        );
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert!(page.contains(&script) && !page.contains("style=") && !page.contains("<style"));
        assert!(
            !page.contains("http:") && !page.contains("https:"),
            "{page}"
        );
        assert!(page.contains("<h1") && page.contains("<main") && page.contains("lang=\"en\""));
    }
}

#[test]
fn what_a_failure_says_is_escaped() {
    let page = failed(400, "<script>", "<img>");
    assert!(page.contains("&lt;script&gt;") && page.contains("&lt;img&gt;"));
}

/// The colours of a scheme, by the names of their variables.
fn colours(css: &str) -> std::collections::HashMap<&str, [f64; 3]> {
    let channel = |hex: &str| {
        let value = f64::from(u8::from_str_radix(hex, 16).unwrap()) / 255.0;
        // WCAG 2.2, relative luminance.
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    css.split("--")
        .filter_map(|part| part.split_once(": #"))
        .map(|(name, rest)| (name, [&rest[..2], &rest[2..4], &rest[4..6]].map(channel)))
        .collect()
}

#[test]
fn every_text_can_be_read_in_both_schemes() {
    let css = include_str!("share.css");
    let (light, rest) = css
        .split_once("@media (prefers-color-scheme: dark)")
        .unwrap();
    let (dark, _) = rest.split_once("\n}").unwrap();
    let luminance = |[red, green, blue]: [f64; 3]| 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    for scheme in [colours(light), colours(dark)] {
        assert_eq!(scheme.len(), 18);
        let contrast = |text: &str, back: &str| {
            let (one, other) = (luminance(scheme[text]), luminance(scheme[back]));
            (one.max(other) + 0.05) / (one.min(other) + 0.05)
        };
        let readable = |text, back| {
            let contrast = contrast(text, back);
            println!("{text} on {back}: {contrast:.2}");
            assert!(contrast >= 4.5, "{text} on {back}: {contrast:.2}");
        };
        for back in ["page", "card", "code"] {
            for text in ["ink", "soft", "link"] {
                readable(text, back);
            }
        }
        let tokens = [
            "comment", "string", "number", "keyword", "function", "type", "property",
        ];
        for text in tokens.into_iter().chain(["inserted", "deleted"]) {
            readable(text, "code");
        }
        readable("notice", "notice-back");
        readable("page", "ink");
        readable("page", "link");
    }
}

#[test]
fn a_page_of_the_largest_messages_is_bounded() {
    let content = "**a** `b` [c](https://example.org)\n\n".repeat(7_000);
    let items = (0..16)
        .map(|_| item(1, Speaker::Assistant, &content))
        .collect();
    let view = view("a", items);
    let started = std::time::Instant::now();
    let page = page_of(&view);
    let weight = 16 * content.len();
    println!(
        "{} bytes of {weight} in {:?}",
        page.len(),
        started.elapsed()
    );
    assert!(page.len() < 2 * weight + 3 * 1024 * 1024);
}

/// The elements of HTML with their attributes. Text is escaped, so each `<` begins an element.
fn elements(html: &str) -> Vec<(&str, Vec<(&str, &str)>)> {
    let opening = |from: &&str| !from.starts_with(['/', '!']) && !from.is_empty();
    let tags = html.split('<').skip(1).filter(opening);
    tags.map(|from| {
        let end = from.find([' ', '>']).unwrap();
        let (name, mut rest) = from.split_at(end);
        let mut attributes = Vec::new();
        while let Some((attribute, value)) = rest.trim_start().split_once("=\"") {
            if attribute.contains('>') {
                break;
            }
            let (value, next) = value.split_once('"').unwrap();
            attributes.push((attribute, value));
            rest = next;
        }
        assert!(
            rest.trim_start().starts_with('>') || name == "!DOCTYPE",
            "{from}"
        );
        (name, attributes)
    })
    .collect()
}

/// All that a page without failures is made of.
const ELEMENTS: &str = "a annotation article blockquote body br circle code del div em figcaption figure \
    footer h1 h2 h3 head header html li link main math meta mi mn mo mrow msub msup mtext p path pre semantics \
    script span strong svg table tbody td th thead time title tr ul";
const ATTRIBUTES: &str = "aria-hidden aria-label aria-labelledby charset class content cx cy d datetime dir \
    display encoding focusable height href id lang name property r rel role scope src tabindex title type viewBox \
    width";

#[test]
fn no_hostile_text_becomes_an_element_or_an_attribute() {
    let payloads = include_str!("../../../scripts/tools/share_page/payloads.json");
    let payloads: Vec<serde_json::Value> = serde_json::from_str(payloads).unwrap();
    assert!(payloads.len() >= 40);
    for payload in payloads {
        let payload = payload["payload"].as_str().unwrap();
        let items = [Speaker::User, Speaker::Assistant];
        let items = items.map(|speaker| item(1, speaker, payload)).into();
        // The one attribute that has no value.
        let page = page_of(&view(payload, items)).replace(" defer>", ">");
        for (name, given) in elements(&page) {
            assert!(
                ELEMENTS.split(' ').any(|known| known == name),
                "{name} from {payload}"
            );
            for (attribute, value) in given {
                assert!(
                    ATTRIBUTES.split(' ').any(|known| known == attribute),
                    "{attribute} from {payload}"
                );
                let safe = [
                    "https://",
                    "http://",
                    "#item_00000000000000000000000001",
                    "../../assets/",
                    "?format=",
                ];
                let leads_away = !safe.iter().any(|safe| value.starts_with(safe));
                let asset = value.starts_with("../../assets/share-");
                assert!(attribute != "src" || name == "script" && asset, "{value}");
                assert!(
                    attribute != "href" || !leads_away || value == "#content",
                    "{value} from {payload}"
                );
            }
        }
    }
}
