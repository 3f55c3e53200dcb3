//! Integration tests, through the doors that users have: HTTP, the Rust handle, the binary.
//!
//! One binary with modules, so that they link once.

mod binary;
mod embedded;
mod readme;
mod refused;
mod support;
mod terraform;
mod transport;
mod workflows;
