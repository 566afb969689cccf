use super::{name, write};

fn coloured(language: &str, code: &str) -> String {
    let mut out = String::new();
    write(&mut out, language, code);
    out.replace("<span class=\"", "{")
        .replace("</span>", "}")
        .replace("\">", ":")
}

#[test]
fn words_are_coloured_by_what_they_are() {
    for (language, code, expected) in [
        (
            "rust",
            "fn f(a: &'a str) -> Vec<u8> { g('x', 1.5) } // c",
            "{k:fn} {f:f}(a: &amp;&#39;a {k:str}) -&gt; {t:Vec}&lt;{k:u8}&gt; { {f:g}({s:&#39;x&#39;}, {n:1.5}) } {c:// c}",
        ),
        (
            "Python",
            "def f(x):\n    return '#' # c\n\"\"\"a\nb\"\"\"",
            "{k:def} {f:f}(x):\n    {k:return} {s:&#39;#&#39;} {c:# c}\n{s:&quot;&quot;&quot;a\nb&quot;&quot;&quot;}",
        ),
        (
            "json",
            "{\"a\": [1, true, \"b\"]}",
            "{{p:&quot;a&quot;}: [{n:1}, {k:true}, {s:&quot;b&quot;}]}",
        ),
        (
            "js",
            "const a = `x\n${y}`; /* c\n*/",
            "{k:const} a = {s:`x\n${y}`}; {c:/* c\n*/}",
        ),
        (
            "sql",
            "SELECT 'a' FROM t -- c",
            "{k:SELECT} {s:&#39;a&#39;} {k:FROM} t {c:-- c}",
        ),
        (
            "bash",
            "echo $# \"a\" # c",
            "{k:echo} $# {s:&quot;a&quot;} {c:# c}",
        ),
        (
            "html",
            "<a href=\"x\">b</a><!-- c -->",
            "{k:&lt;a} {p:href}={s:&quot;x&quot;}{k:&gt;}b{k:&lt;/a}{k:&gt;}{c:&lt;!-- c --&gt;}",
        ),
        (
            "diff",
            "@@ 1 @@\n-a\n+b\n c",
            "{k:@@ 1 @@\n}{del:-a\n}{ins:+b\n} c",
        ),
        ("brainfuck", "+[<'\">&]", "+[&lt;&#39;&quot;&gt;&amp;]"),
    ] {
        assert_eq!(coloured(language, code), expected);
    }
}

#[test]
fn nothing_is_lost_or_added() {
    let texts = [
        "'",
        "\"",
        "`",
        "/*",
        "<!--",
        "'\\",
        "\"\\\"",
        "a'b'c",
        "#",
        "1.",
        "é'è'",
        "😀",
        "<a b='",
        "\n\n",
        "",
        "\"\"\"",
        "''' '' '",
        "'\\u{1F600}'",
        "<a \"",
        "+\n-\n",
        "x::<'a, 'b>()",
    ];
    let languages = [
        "c", "rust", "py", "ts", "sh", "rb", "lua", "sql", "json", "yaml", "toml", "css", "html",
        "diff", "?",
    ];
    for language in languages {
        for text in texts {
            let mut out = String::new();
            write(&mut out, language, text);
            let mut plain = String::new();
            for (at, part) in out.split('<').enumerate() {
                plain.push_str(if at == 0 {
                    part
                } else {
                    part.split_once('>').unwrap().1
                });
            }
            let mut escaped = String::new();
            super::escape(&mut escaped, text);
            assert_eq!(plain, escaped, "{language}");
        }
    }
}

#[test]
fn the_language_is_the_first_word_after_the_fence() {
    for (info, expected) in [
        ("rust,no_run", "rust"),
        ("py title=\"a\"", "py"),
        ("", ""),
        ("js{1,3}", "js"),
        ("c++", "c++"),
        ("abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwx"),
    ] {
        assert_eq!(name(info), expected);
    }
}
