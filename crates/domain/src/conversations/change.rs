use crate::error::Result;

/// A new value for a field, or its current value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    #[default]
    Keep,
    Set(T),
}

impl<T> Change<T> {
    /// Computes a result from the new value; `kept` where the current value stays.
    pub fn or<R>(&self, kept: R, of: impl FnOnce(&T) -> R) -> R {
        match self {
            Self::Keep => kept,
            Self::Set(value) => of(value),
        }
    }

    /// `Set` with the parsed value where one was `given`, otherwise `Keep`.
    pub fn of<R>(given: Option<R>, parse: impl FnOnce(R) -> Result<T>) -> Result<Self> {
        given.map_or(Ok(Self::Keep), |raw| parse(raw).map(Self::Set))
    }
}
