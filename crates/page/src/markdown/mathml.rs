//! The elements and attributes of MathML that the sanitiser allows.

/// The elements of MathML that formulas are made of. They cannot hold HTML, except those that hold
/// text, and `annotation` holds the source.
pub(super) const ELEMENTS: [&str; 22] = [
    "annotation",
    "math",
    "mfrac",
    "mi",
    "mn",
    "mo",
    "mover",
    "mroot",
    "mrow",
    "mspace",
    "msqrt",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
    "semantics",
    "mphantom",
];

/// Attributes of MathML, and the only values they may have.
pub(super) const ATTRIBUTES: [(&str, &[&str]); 10] = [
    ("display", &["block"]),
    ("displaystyle", &["true", "false"]),
    ("encoding", &["application/x-tex"]),
    ("largeop", &["true", "false"]),
    ("mathvariant", &["normal"]),
    ("movablelimits", &["true", "false"]),
    ("scriptlevel", &["0", "1", "2"]),
    ("stretchy", &["true", "false"]),
    ("symmetric", &["true", "false"]),
    ("accent", &["true", "false"]),
];

/// Attributes of MathML that are lengths.
pub(super) const LENGTHS: [&str; 4] = ["linethickness", "maxsize", "minsize", "width"];

/// The classes for the alignment of cells and for lines. `share.css` has their rules.
pub(super) const CLASSES: [(&str, &[&str]); 5] = [
    ("mo", &["mop-negated", "small"]),
    ("mrow", &["mop-negated"]),
    (
        "mtable",
        &[
            "menv-alignlike",
            "menv-align",
            "menv-arraylike",
            "menv-cases",
            "menv-cells-left",
            "menv-cells-right",
            "menv-multline",
        ],
    ),
    ("mtr", &["menv-hline", "menv-hdashline"]),
    (
        "mtd",
        &[
            "cell-left",
            "cell-right",
            "menv-left-solid",
            "menv-right-solid",
            "menv-left-dashed",
            "menv-right-dashed",
            "menv-border-only",
        ],
    ),
];

/// A number of a few digits and a unit.
pub(super) fn is_length(value: &str) -> bool {
    let number = value.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let small = number
        .parse::<f64>()
        .is_ok_and(|number| number.abs() < 100.0);
    let unit = value.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.'));
    let units = [
        "em", "ex", "mu", "pt", "pc", "in", "bp", "cm", "mm", "dd", "cc", "sp",
    ];
    small && value.len() <= 16 && units.contains(&unit)
}
