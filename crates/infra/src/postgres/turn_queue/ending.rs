//! The endings of turns as numbers.

use domain::error::{Error, Result};
use domain::turns::Ending;

pub(super) const fn stored(ending: Ending) -> i16 {
    match ending {
        Ending::Kept => 1,
        Ending::Dropped => 2,
    }
}

pub(super) fn read(stored: i16) -> Result<Ending> {
    match stored {
        1 => Ok(Ending::Kept),
        2 => Ok(Ending::Dropped),
        other => Err(Error::Internal(
            format!("{other} is not an end of a turn").into(),
        )),
    }
}
