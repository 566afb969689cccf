//! An entry of the table of errors.

/// A failure that clients can distinguish by name.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Stable, in snake_case.
    pub name: &'static str,
    /// The HTTP status of the code.
    pub status: u16,
    /// The family of the code.
    pub kind: &'static str,
    /// The field that the error usually names.
    pub param: Option<&'static str>,
    pub meaning: &'static str,
    /// The next step of a client, beyond the meaning.
    pub advice: &'static str,
}

/// Declares the codes, and the table of all codes.
macro_rules! codes {
    ($($constant:ident = $name:literal, $status:literal, $kind:literal, $param:expr, $meaning:literal, $advice:literal;)+) => {
        $(pub(crate) const $constant: &Code = &Code {
            name: $name,
            status: $status,
            kind: $kind,
            param: $param,
            meaning: $meaning,
            advice: $advice,
        };)+

        /// All codes, by status.
        pub const CODES: &[&Code] = &[$($constant),+];
    };
}

pub(super) use codes;
