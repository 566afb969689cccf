//! The languages that are coloured, by the names people write after a fence.

/// How a language is read.
#[derive(Debug)]
pub(super) enum CodeLanguage {
    Words(&'static WordLanguage),
    Markup,
    Difference,
}

/// A language made of words.
#[derive(Debug)]
pub(super) struct WordLanguage {
    /// Its names after a fence, separated by spaces, like the keywords.
    names: &'static str,
    /// The beginnings of comments that end with the line.
    pub(super) line: &'static [&'static str],
    /// The beginnings and ends of other comments.
    pub(super) block: Option<(&'static str, &'static str)>,
    /// Whether `'` encloses strings, as `"` does everywhere.
    pub(super) apostrophes: bool,
    /// Whether `'` encloses one character.
    pub(super) characters: bool,
    /// Whether a backquote encloses strings, also over several lines.
    pub(super) backquotes: bool,
    /// Whether three quotes enclose strings over several lines.
    pub(super) triple: bool,
    /// The character between a name and its value.
    pub(super) keys: Option<char>,
    /// Whether names may contain dashes.
    pub(super) dashes: bool,
    /// Whether a capital begins the name of a type.
    pub(super) types: bool,
    any_case: bool,
    keywords: &'static str,
}

/// The common parts of most languages with braces.
const C: WordLanguage = WordLanguage {
    names: "c h cpp c++ cc hpp cxx objc arduino",
    line: &["//"],
    block: Some(("/*", "*/")),
    apostrophes: false,
    characters: true,
    backquotes: false,
    triple: false,
    keys: None,
    dashes: false,
    types: true,
    any_case: false,
    keywords: "auto bool break case catch char class const constexpr continue default delete do \
        double else enum explicit extern false float for goto if include define inline \
        int long namespace new noexcept nullptr operator override private protected \
        public return short signed sizeof static struct switch template this throw true \
        try typedef typename union unsigned using virtual void volatile while",
};

const RUST: WordLanguage = WordLanguage {
    names: "rust rs",
    keywords: "as async await bool break char const continue crate dyn else enum extern f32 f64 \
        false fn for i16 i32 i64 i8 if impl in isize let loop match mod move mut pub ref \
        return self Self static str struct super trait true type u16 u32 u64 u8 unsafe \
        use usize where while",
    ..C
};

const PYTHON: WordLanguage = WordLanguage {
    names: "python py python3 pycon ipython",
    line: &["#"],
    block: None,
    apostrophes: true,
    characters: false,
    triple: true,
    keywords: "and as assert async await break case class continue def del elif else except \
        False finally for from global if import in is lambda match None nonlocal not or \
        pass raise return self True try while with yield",
    ..C
};

const JAVASCRIPT: WordLanguage = WordLanguage {
    names: "javascript js mjs cjs jsx typescript ts tsx node java kotlin kt csharp cs c# \
        swift go golang scala dart php groovy",
    apostrophes: true,
    characters: false,
    backquotes: true,
    keywords: "abstract any as async await boolean bool break byte case catch chan class const \
        continue data debugger declare def default defer delete do double else enum \
        export extends false final finally float for foreach from fun func function get \
        go guard if implements import in init instanceof int interface internal is keyof \
        let long map namespace never new nil null number object of open override package \
        private protected protocol public range readonly record return sealed select \
        self set static string struct super suspend switch this throw throws trait true \
        try type typeof undefined using val var void when while yield",
    ..C
};

const SHELL: WordLanguage = WordLanguage {
    names: "bash sh shell zsh console shellsession fish dockerfile docker makefile make \
        powershell ps1 nginx",
    line: &["#"],
    block: None,
    apostrophes: true,
    characters: false,
    dashes: true,
    types: false,
    keywords: "case cd cargo chmod curl do docker done echo elif else esac eval exec exit \
        export false fi for function git grep if in local mkdir npm pip printf python3 \
        read readonly return rm sed select set shift source sudo then trap true unset \
        until while ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM RUN USER WORKDIR",
    ..C
};

const RUBY: WordLanguage = WordLanguage {
    names: "ruby rb elixir ex exs perl pl julia jl r crystal",
    keywords: "alias and begin break case class cond def defmodule defp do each else elsif end \
        ensure false fn for function if in include lambda library loop module my next \
        nil not NULL or our private raise require rescue return self sub super then true \
        TRUE FALSE unless until use when while with yield",
    ..PYTHON
};

const LUA: WordLanguage = WordLanguage {
    names: "lua haskell hs",
    line: &["--"],
    block: Some(("--[[", "]]")),
    apostrophes: true,
    characters: false,
    keywords: "and break case class data deriving do else elseif end false for function if \
        import in instance let local module newtype nil not of or repeat return then \
        true type until where while",
    ..C
};

const SQL: WordLanguage = WordLanguage {
    names: "sql postgres postgresql psql mysql sqlite plpgsql",
    line: &["--"],
    apostrophes: true,
    characters: false,
    types: false,
    any_case: true,
    keywords: "add all alter and as asc begin between bigint boolean by case commit constraint \
        create default delete desc distinct drop else end exists false foreign from \
        function group having if in index insert integer into is join jsonb key left \
        like limit not null numeric offset on or order outer over partition primary \
        references returning right rollback select set table text then timestamptz true \
        union unique update using uuid values view when where with",
    ..C
};

const JSON: WordLanguage = WordLanguage {
    names: "json jsonc json5 jsonl",
    characters: false,
    keys: Some(':'),
    types: false,
    keywords: "true false null",
    ..C
};

const YAML: WordLanguage = WordLanguage {
    names: "yaml yml",
    line: &["#"],
    block: None,
    apostrophes: true,
    dashes: true,
    keywords: "true false null yes no on off",
    ..JSON
};

const TOML: WordLanguage = WordLanguage {
    names: "toml ini cfg conf properties env dotenv hcl terraform tf",
    keys: Some('='),
    triple: true,
    ..YAML
};

const CSS: WordLanguage = WordLanguage {
    names: "css scss sass less",
    line: &[],
    apostrophes: true,
    dashes: true,
    keywords: "important media import supports keyframes layer container",
    ..JSON
};

const WORDS: [&WordLanguage; 12] = [
    &C,
    &RUST,
    &PYTHON,
    &JAVASCRIPT,
    &SHELL,
    &RUBY,
    &LUA,
    &SQL,
    &JSON,
    &YAML,
    &TOML,
    &CSS,
];

const MARKUP: &str = "html xml svg vue svelte astro xhtml htm jinja";

impl WordLanguage {
    pub(super) fn has_keyword(&self, word: &str) -> bool {
        let mut keywords = self.keywords.split_ascii_whitespace();
        match self.any_case {
            true => keywords.any(|keyword| keyword.eq_ignore_ascii_case(word)),
            false => keywords.any(|keyword| keyword == word),
        }
    }
}

pub(super) fn find(name: &str) -> Option<CodeLanguage> {
    let among = |names: &str| {
        names
            .split_ascii_whitespace()
            .any(|other| other.eq_ignore_ascii_case(name))
    };
    if among(MARKUP) {
        return Some(CodeLanguage::Markup);
    }
    if among("diff patch") {
        return Some(CodeLanguage::Difference);
    }
    let words = WORDS.into_iter().find(|words| among(words.names))?;
    Some(CodeLanguage::Words(words))
}
