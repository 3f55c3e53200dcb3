//! What came before a journal.

/// What is known of a project from before its present world was made, after an earlier one was evicted,
/// or by an import or a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// How many requests there were.
    pub requests: u64,
    /// Whether there may have been others.
    pub is_vague: bool,
    /// Whether the earlier requests do not matter: a test has put the world there, and asks for
    /// what follows.
    pub is_replaced: bool,
}

impl History {
    /// So many requests to a world that was evicted and goes on.
    pub fn of(requests: u64) -> Self {
        Self { requests, ..Self::default() }
    }

    /// So many requests to a world that an import or a file has replaced.
    pub fn of_imported(requests: u64) -> Self {
        Self { requests, is_replaced: true, ..Self::default() }
    }

    /// How many of them are missed in a journal.
    pub fn missed(self) -> u64 {
        if self.is_replaced { 0 } else { self.requests }
    }
}
