//! Values of flags that need more than a type to be read.

use crate::clock::Moment;
use std::net::{IpAddr, ToSocketAddrs};

/// An address, or the first that a name stands for: of several the first of IPv4, which every client
/// tries.
pub fn address(text: &str) -> Result<IpAddr, String> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse() {
        return Ok(address);
    }
    let found = (text, 0).to_socket_addrs();
    let found = found.map_err(|error| format!("no address, and no name of one: {error}"))?;
    let found = found.map(|address| address.ip()).min_by_key(IpAddr::is_ipv6);
    found.ok_or_else(|| "a name without an address".to_owned())
}

/// A time that a clock can stand at.
pub fn moment(text: &str) -> Result<String, String> {
    Moment::parse_for_clock(text).map(|_| text.to_owned())
}
