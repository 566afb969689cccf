//! Filters the log. Libraries can log users' texts and credentials, so each library is logged only
//! up to a level at which it is known to log neither.

use tracing::Metadata;
use tracing_subscriber::filter::{FilterFn, LevelFilter};

/// The modules of our own lines.
const OURS: [&str; 7] = [
    "api",
    "audit",
    "cluster",
    "domain",
    "infra",
    "jan_conversations",
    "server",
];

/// The most detailed level of a library that the setting names. Their messages were reviewed:
/// addresses, sizes, states.
const KNOWN: [(&str, LevelFilter); 6] = [
    ("actix_server", LevelFilter::TRACE),
    ("hyper", LevelFilter::DEBUG),
    ("hyper_util", LevelFilter::DEBUG),
    ("mio", LevelFilter::TRACE),
    ("reqwest", LevelFilter::DEBUG),
    ("rustls", LevelFilter::DEBUG),
];

/// The level of all other libraries, named or not. Below it, actix logs raw paths, which contain
/// links; the database's driver logs every parameter; and the HTML parser logs all its input.
const OTHERS: LevelFilter = LevelFilter::WARN;

/// A level for all modules, and levels for named modules: `info,infra=debug`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LogFilter {
    usual: LevelFilter,
    named: Vec<(String, LevelFilter)>,
}

impl LogFilter {
    /// `None` where a part is neither a level nor a name with a level: a mistyped level would
    /// otherwise be taken for the name of a module, and the log would be empty.
    pub(super) fn parse(written: &str) -> Option<Self> {
        let mut filter = Self {
            usual: LevelFilter::OFF,
            named: Vec::new(),
        };
        for part in written.split(',') {
            match part.split_once('=') {
                None => filter.usual = level(part)?,
                Some((name, written)) => filter.named.push((module(name)?, level(written)?)),
            }
        }
        // The longest matching name is the most specific.
        filter
            .named
            .sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        Some(filter)
    }

    /// The level of this target.
    fn of(&self, target: &str) -> LevelFilter {
        let mut named = self.named.iter();
        let named = named.find(|(name, _)| is_within(target, name));
        let source = target.split("::").next().unwrap_or_default();
        if OURS.contains(&source) {
            return named.map_or(self.usual, |(_, level)| *level);
        }
        let Some((_, level)) = named else {
            return self.usual.min(OTHERS);
        };
        let mut known = KNOWN.iter().filter(|(name, _)| *name == source);
        (*level).min(known.next().map_or(OTHERS, |(_, most)| *most))
    }

    pub(super) fn layer(self) -> FilterFn<impl Fn(&Metadata<'_>) -> bool> {
        let named = self.named.iter().map(|(_, level)| *level);
        let most = named.chain([self.usual]).max();
        FilterFn::new(move |metadata| *metadata.level() <= self.of(metadata.target()))
            .with_max_level_hint(most.unwrap_or(LevelFilter::TRACE))
    }
}

fn level(written: &str) -> Option<LevelFilter> {
    let written = written.trim();
    // An empty text would be read as a level.
    written.parse().ok().filter(|_| !written.is_empty())
}

fn module(written: &str) -> Option<String> {
    let written = written.trim();
    let is_part = |part: &str| {
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        !part.is_empty() && part.chars().all(is_letter)
    };
    written.split("::").all(is_part).then(|| written.to_owned())
}

fn is_within(target: &str, module: &str) -> bool {
    match target.strip_prefix(module) {
        Some(rest) => rest.is_empty() || rest.starts_with("::"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_level_is_refused() {
        for good in ["info", "INFO", "warn,infra=debug", "off", "info, mio=warn"] {
            assert!(LogFilter::parse(good).is_some(), "{good}");
        }
        for bad in [
            "loud",
            "nonsense=",
            "info,",
            "infra=loud",
            "=info",
            "",
            "a b=info",
        ] {
            assert!(LogFilter::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_library_is_heard_only_as_far_as_it_is_known() {
        let heard = |filter: &str, target: &str| LogFilter::parse(filter).unwrap().of(target);
        for ours in [
            "server::purge",
            "api::request",
            "audit",
            "cluster::server",
            "infra",
            "domain::auth",
        ] {
            assert_eq!(heard("trace", ours), LevelFilter::TRACE, "{ours}");
        }
        for library in [
            "html5ever::tree_builder",
            "tokio_postgres::query",
            "infrared",
            "mio",
        ] {
            assert_eq!(heard("trace", library), LevelFilter::WARN, "{library}");
            assert_eq!(heard("error", library), LevelFilter::ERROR, "{library}");
        }
        for (name, most) in [
            ("tokio_postgres", LevelFilter::WARN),
            ("markup5ever", LevelFilter::WARN),
            ("actix_web", LevelFilter::WARN),
            ("hyper_util", LevelFilter::DEBUG),
            ("mio", LevelFilter::TRACE),
        ] {
            let filter = format!("info,{name}=trace");
            assert_eq!(heard(&filter, &format!("{name}::deep")), most, "{name}");
        }
    }

    #[test]
    fn the_nearest_name_counts() {
        let filter =
            LogFilter::parse("warn,infra=info,infra::postgres=debug,actix_http=off").unwrap();
        for (target, level) in [
            ("api", LevelFilter::WARN),
            ("infra::llm", LevelFilter::INFO),
            ("infra::postgres::items", LevelFilter::DEBUG),
            ("infra::postgresql", LevelFilter::INFO),
            ("actix_http::h1", LevelFilter::OFF),
        ] {
            assert_eq!(filter.of(target), level, "{target}");
        }
    }
}
