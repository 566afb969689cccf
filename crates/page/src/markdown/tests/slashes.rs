//! Addresses that end in a slash, and letters of scripts without spaces after it.

use super::addresses::links;

/// A text, and the first address in it.
const CASES: &[(&str, &str)] = &[
    (
        "https://example.com/にアクセスしてください",
        "https://example.com/",
    ),
    (
        "https://github.com/user/repo/を参照",
        "https://github.com/user/repo/",
    ),
    ("https://example.com/的文档", "https://example.com/"),
    ("https://example.com/으로 이동", "https://example.com/"),
    ("日本語http://example.com/です", "http://example.com/"),
    ("https://example.com/から取得", "https://example.com/"),
    ("https://example.com/でダウンロード", "https://example.com/"),
    (
        "https://example.com/参照してください。",
        "https://example.com/",
    ),
    ("https://example.com/ページを開く", "https://example.com/"),
    ("访问https://example.com/即可。", "https://example.com/"),
    ("打开https://example.com/查看，", "https://example.com/"),
    ("https://example.com/了解更多", "https://example.com/"),
    (
        "https://example.com/和https://example.org/",
        "https://example.com/",
    ),
    (
        "https://example.com/a/是一个很好的网站",
        "https://example.com/a/",
    ),
    ("https://example.com/에서 확인", "https://example.com/"),
    ("https://example.com/를 보세요", "https://example.com/"),
    ("https://example.com/입니다.", "https://example.com/"),
    ("https://example.com/ครับ", "https://example.com/"),
    ("https://example.com:请看", "https://example.com"),
    ("看过https://example.com/?怎么样", "https://example.com/"),
    (
        "https://ja.wikipedia.org/wiki/を参照",
        "https://ja.wikipedia.org/wiki/",
    ),
    // These are parts of it.
    ("https://example.com/パス、", "https://example.com/パス"),
    (
        "https://example.com/安装包（正式版）",
        "https://example.com/安装包",
    ),
    (
        "https://example.com/文档/安装，见",
        "https://example.com/文档/安装",
    ),
    ("https://example.com/ไทย/a", "https://example.com/ไทย/a"),
    (
        "https://example.com/第2章.html です",
        "https://example.com/第2章.html",
    ),
    (
        "https://example.com/文件.pdf下载",
        "https://example.com/文件.pdf",
    ),
    ("https://www.例え.jp/道", "https://www.例え.jp/道"),
    (
        "https://zh.wikipedia.org/wiki/数学，",
        "https://zh.wikipedia.org/wiki/数学",
    ),
    (
        "https://ja.wikipedia.org/wiki/ひらがな",
        "https://ja.wikipedia.org/wiki/ひらがな",
    ),
    (
        "https://ja.wikipedia.org/wiki/東京都 です",
        "https://ja.wikipedia.org/wiki/東京都",
    ),
    (
        "https://ja.wikipedia.org/wiki/お茶の水",
        "https://ja.wikipedia.org/wiki/お茶の水",
    ),
    (
        "https://ko.wikipedia.org/wiki/수학",
        "https://ko.wikipedia.org/wiki/수학",
    ),
    (
        "https://th.wikipedia.org/wiki/คณิตศาสตร์",
        "https://th.wikipedia.org/wiki/คณิตศาสตร์",
    ),
    (
        "https://zh.wikipedia.org/wiki/Category:数学",
        "https://zh.wikipedia.org/wiki/Category:数学",
    ),
    (
        "https://baike.baidu.com/item/人工智能/9180",
        "https://baike.baidu.com/item/人工智能/9180",
    ),
    ("https://example.com/문서", "https://example.com/문서"),
    (
        "https://example.com/?搜索=数学",
        "https://example.com/?搜索=数学",
    ),
    ("https://example.com/a#简介", "https://example.com/a#简介"),
];

#[test]
fn what_follows_a_slash_at_once_is_seldom_a_part_of_the_address() {
    for (text, address) in CASES {
        let addresses = links(text);
        assert_eq!(
            addresses.first().map(String::as_str),
            Some(*address),
            "{text}"
        );
    }
}
