//! The endings of turns as numbers.

use domain::error::{Error, Result};
use domain::turns::TurnEnding;

pub(super) const fn stored(ending: TurnEnding) -> i16 {
    match ending {
        TurnEnding::Kept => 1,
        TurnEnding::Dropped => 2,
    }
}

pub(super) fn read(stored: i16) -> Result<TurnEnding> {
    match stored {
        1 => Ok(TurnEnding::Kept),
        2 => Ok(TurnEnding::Dropped),
        other => Err(Error::Internal(
            format!("{other} is not an end of a turn").into(),
        )),
    }
}
