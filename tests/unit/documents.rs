//! The documents that have blocks in Rust.

#[doc = include_str!("../../README.md")]
struct Readme;
#[doc = include_str!("../../docs/faults.md")]
struct Faults;
#[doc = include_str!("../../docs/jobs.md")]
struct Jobs;
#[doc = include_str!("../../docs/rust.md")]
struct Rust;
#[doc = include_str!("../../docs/time.md")]
struct Time;
#[doc = include_str!("../../docs/verify.md")]
struct Verify;
#[doc = include_str!("../../docs/worlds.md")]
struct Worlds;
