//! One budget of bytes for the journals of all worlds together.
//!
//! After a write that exceeds the budget the largest journals are cut first, so that a world with
//! few requests keeps them while another has very many.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What all journals may take together, and what they take.
#[derive(Debug)]
pub struct Budget {
    most: usize,
    used: AtomicUsize,
}

/// The part of the budget that is freed at once, since freeing looks at every world.
const PART_MADE_FREE: usize = 4;

impl Budget {
    /// A budget of so many bytes.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, used: AtomicUsize::new(0) })
    }

    /// How many bytes there may be.
    pub fn most(&self) -> usize {
        self.most
    }

    /// How many bytes are to be made free: none while there is room.
    pub fn excess(&self) -> usize {
        let over = self.used.load(Ordering::Relaxed).saturating_sub(self.most);
        if over == 0 { 0 } else { over + self.most / PART_MADE_FREE }
    }

    pub(super) fn take(&self, bytes: usize) {
        self.used.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn give_back(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// The size that no journal is to exceed, so that together they lose so many bytes.
pub fn level(mut sizes: Vec<usize>, excess: usize) -> usize {
    sizes.sort_unstable_by(|left, right| right.cmp(left));
    let mut sum = 0;
    for (at, size) in sizes.iter().enumerate() {
        sum += size;
        let next = sizes.get(at + 1).copied().unwrap_or_default();
        if sum - (at + 1) * next >= excess {
            return (sum - excess) / (at + 1);
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_biggest_lose_first() {
        assert_eq!(level(vec![10, 100, 20], 30), 70);
        assert_eq!(level(vec![10, 100, 20], 80), 20);
        assert_eq!(level(vec![10, 100, 90], 100), 45);
        assert_eq!(level(vec![10, 10, 10], 15), 5);
        assert_eq!(level(vec![10], 20), 0);
        assert_eq!(level(Vec::new(), 20), 0);
    }

    #[test]
    fn nothing_is_to_go_while_there_is_room() {
        let budget = Budget::new(100);
        budget.take(100);
        assert_eq!(budget.excess(), 0);
        budget.take(1);
        assert_eq!(budget.excess(), 26);
        budget.give_back(1);
        assert_eq!(budget.excess(), 0);
    }
}
