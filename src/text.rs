//! How messages show words, and in which language.

pub mod language;
