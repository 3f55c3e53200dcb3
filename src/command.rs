//! What the commands do: serve until a signal comes, or ask a running Papercloud.

mod call;
mod junit;
mod signals;
mod target;
#[cfg(feature = "tls")]
mod trust;
mod verify;

pub use call::Call;
pub use signals::{Ending, Signals, Stop};
pub use target::Target;
pub use verify::Verify;
