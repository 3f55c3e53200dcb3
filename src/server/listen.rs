//! Listens on a port with a long queue, and recognises another Papercloud on a port that is taken.

use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio::runtime;

/// How many may wait to be accepted; the kernel may allow fewer. A client that finds the queue
/// full tries again only after a second, and the standard library's has 128 places.
const QUEUE: u32 = 4096;

/// Listens at an address.
pub fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    // Such a socket can only listen inside a runtime, and the one that serves is not there yet.
    let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
    let listener = {
        let _inside = runtime.enter();
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
        socket.and_then(|socket| {
            socket.set_reuseaddr(true)?;
            socket.bind(address)?;
            socket.listen(QUEUE)?.into_std()
        })
    };
    // Dropping it would panic inside of another one, such as that of an asynchronous test.
    runtime.shutdown_background();
    listener
}

/// The version of the Papercloud that listens at an address already, if it is one and says so.
pub fn papercloud_at(address: SocketAddr) -> Option<String> {
    const PATIENCE: Duration = Duration::from_secs(1);
    const LONGEST: u64 = 4096;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    let request = b"GET /_paper/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).ok()?;
    let mut answer = String::new();
    stream.take(LONGEST).read_to_string(&mut answer).ok()?;
    let ready: Value = serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()?;
    Some(ready["version"].as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::TcpStream;
    use std::time::Duration;

    const MANY: usize = 300;

    #[test]
    fn many_wait_to_be_accepted() {
        let most = std::fs::read_to_string("/proc/sys/net/core/somaxconn");
        if !most.is_ok_and(|most| most.trim().parse().is_ok_and(|most: usize| most >= MANY)) {
            // The macros that print would say it only of a test that fails.
            let why = format!("skipped: this system says nothing of a queue with {MANY} places\n");
            return std::io::stderr().write_all(why.as_bytes()).expect("standard error");
        }
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let patience = Duration::from_millis(900);
        let waiting = (0..MANY).map(|_| TcpStream::connect_timeout(&address, patience));
        let waiting: Vec<_> = waiting.collect::<Result<_, _>>().unwrap();
        assert_eq!(waiting.len(), MANY);
    }
}
