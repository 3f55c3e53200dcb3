//! Commands that ask a running Papercloud.

mod call;
mod junit;
mod target;
#[cfg(feature = "tls")]
mod trust;
mod verify;

pub use call::Call;
pub use target::Target;
pub use verify::Verify;
