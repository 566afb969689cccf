use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// How many entries may wait, and how many are taken together.
#[derive(Clone, Copy)]
pub(super) struct GroupLimits {
    /// How many may wait: of all owners, and of one.
    pub(super) waiting: usize,
    pub(super) waiting_each: usize,
    /// How many are taken together: of all owners, and of one.
    pub(super) most: usize,
    pub(super) most_each: usize,
    /// How many bytes are taken together, unless the first entry has more.
    pub(super) bytes: usize,
}

/// A waiting queue with a lane for each owner. Entries are taken in rounds, one of each owner per
/// round, so that an owner with a long lane does not delay the others.
pub(super) struct Lanes<K, T> {
    limits: GroupLimits,
    lanes: HashMap<K, VecDeque<Entry<T>>>,
    /// The owners with a lane; the first one is the next.
    order: VecDeque<K>,
    waiting: usize,
}

struct Entry<T> {
    size: usize,
    what: T,
}

impl<K: Copy + Eq + Hash, T> Lanes<K, T> {
    pub(super) fn new(limits: GroupLimits) -> Self {
        Self {
            limits,
            lanes: HashMap::new(),
            order: VecDeque::new(),
            waiting: 0,
        }
    }

    /// Adds an entry, or returns it where too many wait.
    pub(super) fn push(&mut self, owner: K, size: usize, what: T) -> Result<(), T> {
        let own = self.lanes.get(&owner).map_or(0, VecDeque::len);
        if self.waiting >= self.limits.waiting || own >= self.limits.waiting_each {
            return Err(what);
        }
        if own == 0 {
            self.order.push_back(owner);
        }
        let entry = Entry { size, what };
        self.lanes.entry(owner).or_default().push_back(entry);
        self.waiting += 1;
        Ok(())
    }

    /// Takes the next entries to process together; empty when none wait.
    pub(super) fn take(&mut self) -> Vec<T> {
        let mut taken = Vec::new();
        let mut bytes = 0;
        for _ in 0..self.limits.most_each {
            // The owners of this round. Owners with more entries come again in the next round.
            for _ in 0..self.order.len() {
                let Some(size) = self.next_size() else {
                    return taken;
                };
                let is_too_much = bytes + size > self.limits.bytes && !taken.is_empty();
                if is_too_much || taken.len() >= self.limits.most {
                    return taken;
                }
                bytes += size;
                taken.extend(self.pop());
            }
        }
        taken
    }

    fn next_size(&self) -> Option<usize> {
        let lane = self.lanes.get(self.order.front()?)?;
        lane.front().map(|entry| entry.size)
    }

    fn pop(&mut self) -> Option<T> {
        let owner = self.order.pop_front()?;
        let lane = self.lanes.get_mut(&owner)?;
        let entry = lane.pop_front()?;
        match lane.is_empty() {
            false => self.order.push_back(owner),
            true => {
                self.lanes.remove(&owner);
                // Frees the memory that was needed for a peak.
                if self.lanes.is_empty() {
                    self.lanes.shrink_to(64);
                    self.order.shrink_to(64);
                }
            }
        }
        self.waiting -= 1;
        Some(entry.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: GroupLimits = GroupLimits {
        waiting: 12,
        waiting_each: 8,
        most: 6,
        most_each: 3,
        bytes: 100,
    };

    fn lanes(entries: &[(char, usize)]) -> Lanes<char, String> {
        let mut lanes = Lanes::new(LIMITS);
        for (number, (owner, size)) in entries.iter().enumerate() {
            let name = format!("{owner}{number}");
            lanes.push(*owner, *size, name).unwrap();
        }
        lanes
    }

    #[test]
    fn owners_alternate_and_each_keeps_their_own_order() {
        let mut lanes = lanes(&[('a', 1), ('a', 1), ('a', 1), ('a', 1), ('b', 1), ('c', 1)]);
        assert_eq!(lanes.take(), ["a0", "b4", "c5", "a1", "a2"]);
        lanes.push('b', 1, "b".to_owned()).unwrap();
        assert_eq!(lanes.take(), ["a3", "b"]);
        assert!(lanes.take().is_empty());
        assert!(lanes.lanes.is_empty() && lanes.order.is_empty() && lanes.waiting == 0);
    }

    #[test]
    fn so_many_are_taken_at_once_and_who_was_left_out_is_first() {
        let owners = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
        let mut lanes = lanes(&owners.map(|owner| (owner, 1)));
        assert_eq!(lanes.take().len(), 6);
        lanes.push('a', 1, "a".to_owned()).unwrap();
        assert_eq!(lanes.take(), ["g6", "h7", "a"]);
    }

    #[test]
    fn so_many_bytes_are_taken_at_once_and_a_large_one_by_itself() {
        let mut lanes = lanes(&[('a', 60), ('b', 50), ('b', 500), ('c', 40)]);
        assert_eq!(lanes.take(), ["a0"]);
        assert_eq!(lanes.take(), ["b1", "c3"]);
        assert_eq!(lanes.take(), ["b2"]);
    }

    #[test]
    fn one_owner_cannot_fill_the_queue() {
        let mut lanes = lanes(&[('a', 1); 8]);
        assert!(lanes.push('a', 1, String::new()).is_err());
        for _ in 0..4 {
            lanes.push('b', 1, String::new()).unwrap();
        }
        assert!(lanes.push('c', 1, String::new()).is_err());
    }
}
