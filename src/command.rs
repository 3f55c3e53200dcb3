//! Commands that ask a running Papercloud.

mod call;
mod junit;
mod verify;

pub use call::{Call, reachable};
pub use verify::Verify;
