//! What is wrong with a declaration, and where.

use std::fmt;

/// What is wrong with a line.
#[derive(Debug, PartialEq)]
pub struct Problem(pub String);

/// What is wrong, with its file and line.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// The file, below `fixtures/declared`.
    pub file: &'static str,
    /// Its line, from 1 on.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, problem } = self;
        write!(formatter, "fixtures/declared/{file}:{line}: {problem}")
    }
}
