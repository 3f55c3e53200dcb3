//! Integration tests, through the doors that users have: HTTP, the Rust handle, the binary.
//!
//! One binary with modules, so that they link once.

mod abuse;
mod aliases;
mod binary;
mod catalogue;
mod clock;
mod contract;
mod coverage;
mod dcs;
mod documents;
mod embedded;
mod epoch;
mod exec;
mod explain;
mod faults;
mod floors;
mod frozen;
mod geminidb;
mod guard;
mod iam;
mod instance_rules;
mod jobs;
mod known;
mod journal;
mod limits;
mod lint;
mod metrics;
mod neighbours;
mod openapi;
mod page;
mod parallel;
mod past;
mod reference;
mod refused;
mod save;
mod scenarios;
mod secrets;
mod settings;
mod signals;
mod snapshot;
mod strict;
mod support;
mod taurusdb;
mod terraform;
#[cfg(feature = "tls")]
mod tls;
mod transport;
mod verify;
mod workflows;
mod world;
