//! Fault rules that are no longer armed, by their ids: requests may have been hit by them, or not.

use std::collections::BTreeSet;
use std::sync::Arc;

/// How many ids are remembered.
const MOST: usize = 1_000;

/// The ids of rules that were disarmed.
#[derive(Debug, Default)]
pub struct Disarmed {
    ids: BTreeSet<Arc<str>>,
    are_more: bool,
}

impl Disarmed {
    /// Remembers a rule.
    pub fn note(&mut self, id: &Arc<str>) {
        if self.ids.len() < MOST {
            self.ids.insert(Arc::clone(id));
        } else {
            self.are_more |= !self.ids.contains(id);
        }
    }

    /// The ids that are remembered.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().map(|id| &**id)
    }

    /// Whether there were more than are remembered.
    pub fn are_more(&self) -> bool {
        self.are_more
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_bound_beyond_which_anything_may_have_been_there() {
        let mut disarmed = Disarmed::default();
        for number in 0..MOST {
            disarmed.note(&number.to_string().into());
        }
        disarmed.note(&"7".into());
        assert_eq!((disarmed.ids().count(), disarmed.are_more()), (MOST, false));
        disarmed.note(&"one more".into());
        assert_eq!((disarmed.ids().count(), disarmed.are_more()), (MOST, true));
    }
}
