//! Writes a request as a curl command for a shell.

use super::correct::TOKEN;
use crate::config::Transport;
use std::fmt::Write;

/// The command, on one line.
pub fn line(
    transport: Transport,
    (method, url): (&str, &str),
    headers: &[(&str, String)],
    body: Option<&str>,
) -> String {
    let options = transport.curl_options();
    let mut line = format!("curl {options}-X {method} {}", quoted(url));
    for (name, value) in headers {
        let header = match value.as_str() {
            // The shell puts the token in.
            TOKEN => format!("\"{name}: {TOKEN}\""),
            value => quoted(&format!("{name}: {value}")),
        };
        let _ = write!(line, " -H {header}");
    }
    if let Some(body) = body {
        let _ = write!(line, " --data-raw {}", quoted(body));
    }
    line
}

/// Text as one word that the shell leaves alone.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[test]
fn whatever_a_text_has_in_it_the_shell_takes_it_as_one_word() {
    for text in ["plain", "it's", "'", "$(touch x) `y` \\ \"z\" \n !", ""] {
        let shell = std::process::Command::new("sh")
            .args(["-c", &format!("printf %s {}", quoted(text))])
            .output()
            .expect("a shell");
        assert_eq!(String::from_utf8(shell.stdout).unwrap(), text);
    }
}
