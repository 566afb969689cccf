use std::time::Duration;

/// The size of one step: the bytes to delete, where each row adds a fixed number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Portion(u64);

impl Portion {
    /// The first portion, and the largest.
    pub const MOST: Self = Self(8 * 1024 * 1024);
    /// The smallest portion: about one row.
    pub const LEAST: Self = Self(4 * 1024);
    /// The bytes that a row counts in addition to its text.
    pub const ROW: u64 = 1024;
    /// The wanted duration of a step.
    const AIM: Duration = Duration::from_millis(500);

    pub const fn of(bytes: u64) -> Self {
        Self(bytes)
    }

    pub const fn bytes(self) -> u64 {
        self.0
    }

    /// How many rows fit if their texts are empty.
    pub const fn rows(self) -> u64 {
        self.0 / Self::ROW
    }

    /// The next portion, after a step that ran out of time.
    #[must_use]
    pub fn halved(self) -> Self {
        Self(self.0 / 2).clamp(Self::LEAST, Self::MOST)
    }

    /// The next portion, after a step of this size took `took`: it shrinks at once and grows
    /// slowly.
    #[must_use]
    pub fn after(self, took: Duration) -> Self {
        if took > Self::AIM {
            self.halved()
        } else if took < Self::AIM / 2 {
            Self(self.0 + self.0 / 4).clamp(Self::LEAST, Self::MOST)
        } else {
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shrinks_at_once_and_grows_by_and_by() {
        let slow = Duration::from_millis(501);
        let fast = Duration::from_millis(249);
        assert_eq!(Portion::MOST.after(fast), Portion::MOST);
        assert_eq!(Portion::MOST.after(slow).bytes(), 4 * 1024 * 1024);
        assert_eq!(Portion::MOST.halved().after(fast).bytes(), 5 * 1024 * 1024);
        let fair = Portion::MOST.halved();
        assert_eq!(fair.after(Duration::from_millis(400)), fair);
    }

    #[test]
    fn it_never_vanishes() {
        let least = (0..100).fold(Portion::MOST, |portion, _| portion.halved());
        assert_eq!(least, Portion::LEAST);
        let most = (0..100).fold(least, |portion, _| portion.after(Duration::ZERO));
        assert_eq!(most, Portion::MOST);
    }
}
