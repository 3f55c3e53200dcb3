//! The words in a name that give a secret away.

/// Whether bytes may have a secret among their members: they have one of the words, in whatever
/// case, or an escape that could spell one. It looks at every request, so it reads nothing.
pub fn may_conceal(bytes: &[u8]) -> bool {
    let conceals = |at: usize| match bytes[at] {
        b'\\' => bytes.get(at + 1) == Some(&b'u'),
        _ => is_word_around(bytes, at),
    };
    bytes.iter().enumerate().any(|(at, sign)| GIVES_AWAY[usize::from(*sign)] && conceals(at))
}

/// The signs that are worth a look at what stands around them.
static GIVES_AWAY: [bool; 256] = {
    let signs = b"\\kKwWcCpP";
    let (mut table, mut at) = ([false; 256], 0);
    while at < signs.len() {
        table[signs[at] as usize] = true;
        at += 1;
    }
    table
};

/// Whether a member of this name is a secret.
pub fn names_a_secret(name: &str) -> bool {
    (0..name.len()).any(|at| is_word_around(name.as_bytes(), at))
}

/// Whether a query parameter of this name is a secret.
pub fn names_a_secret_parameter(name: &str) -> bool {
    names_a_secret(name) || name.to_ascii_lowercase().contains("signature")
}

/// Whether a header of this name carries a secret.
pub fn is_secret_header(name: &str) -> bool {
    // Most headers are these.
    const PLAIN: &[&str] = &[
        "host",
        "content-type",
        "content-length",
        "accept",
        "user-agent",
        "x-request-id",
        "x-paper-explain",
        "x-paper-warning",
    ];
    const WORDS: &[&str] = &["auth", "cookie", "signature"];
    let name_has =
        |word: &&str| name.as_bytes().windows(word.len()).any(|part| part == word.as_bytes());
    !PLAIN.contains(&name) && (names_a_secret(name) || WORDS.iter().any(name_has))
}

/// Each word is known by a letter in it that is rarer than its first.
fn is_word_around(bytes: &[u8], at: usize) -> bool {
    match bytes[at] {
        b'k' | b'K' => {
            stands_around(bytes, at, 2, b"token")
                || stands_alone(bytes, at, 1, b"sk")
                || stands_alone(bytes, at, 4, b"api_key")
                || stands_alone(bytes, at, 4, b"api-key")
                || stands_alone(bytes, at, 3, b"apikey")
        }
        b'p' | b'P' => stands_alone(bytes, at, 0, b"pass"),
        b'w' | b'W' => {
            stands_around(bytes, at, 4, b"password")
                || stands_around(bytes, at, 4, b"passwd")
                || stands_around(bytes, at, 1, b"pwd")
        }
        b'c' | b'C' => stands_around(bytes, at, 2, b"secret"),
        _ => false,
    }
}

fn stands_around(bytes: &[u8], at: usize, before: usize, word: &[u8]) -> bool {
    let start = at.checked_sub(before);
    let found = start.and_then(|start| bytes.get(start..start + word.len()));
    found.is_some_and(|found| found.eq_ignore_ascii_case(word))
}

/// The same for a word that means something else within another, as `pass` does in `passport`.
fn stands_alone(bytes: &[u8], at: usize, before: usize, word: &[u8]) -> bool {
    if !stands_around(bytes, at, before, word) {
        return false;
    }
    let start = at - before;
    let is_within = |left: u8, right: u8| {
        let begins_anew = left.is_ascii_lowercase() && right.is_ascii_uppercase();
        left.is_ascii_alphanumeric() && right.is_ascii_alphanumeric() && !begins_anew
    };
    let joins = |at: usize| bytes.get(at - 1..=at).is_some_and(|two| is_within(two[0], two[1]));
    (start == 0 || !joins(start)) && !joins(start + word.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ROUTES;
    use crate::contract::{Field, Place};

    #[test]
    fn words_are_found_in_whatever_case_and_place() {
        for name in ["token", "SECRET_KEY", "x_Passwd", "passWord", "db_root_pwd", "mytoken"] {
            assert!(names_a_secret(name), "{name}");
            assert!(may_conceal(format!("{{\"{name}\":1}}").as_bytes()), "{name}");
        }
        for name in ["pass", "db_pass", "dbPass", "PASS", "sk", "my_sk", "api_key", "X-Api-Key"] {
            assert!(names_a_secret(name), "{name}");
            assert!(may_conceal(format!("{{\"{name}\":1}}").as_bytes()), "{name}");
        }
        assert!(is_secret_header("x-api-key"));
        for name in ["compass", "passed", "task", "sky", "disk", "pass1on", "api_keys_count"] {
            assert!(!names_a_secret(name), "{name}");
        }
        for name in ["toke", "oken", "sector", "passport", "network", "k", "w", "c", ""] {
            assert!(!names_a_secret(name) && !may_conceal(name.as_bytes()), "{name}");
        }
        assert!(may_conceal(br#"{"pass\u0077ord":1}"#));
        assert!(!may_conceal(br#"{"name":"a\\b"}"#));
    }

    /// What the contracts mark as a secret is found by its name, or by that of what it is in: only
    /// then may a body without any of the words be kept as it is.
    #[test]
    fn every_declared_secret_is_given_away_by_a_word() {
        fn look(fields: &'static [Field], is_given_away: bool, seen: &mut usize) {
            for field in fields {
                let is_given_away = is_given_away || names_a_secret(field.name);
                assert!(!field.secret || is_given_away, "{} gives nothing away", field.name);
                let words = ["token", "password", "passwd", "pwd", "secret"];
                let is_clear = words.iter().any(|word| field.name.to_lowercase().contains(word));
                assert!(is_clear || !names_a_secret(field.name), "{} is no secret", field.name);
                *seen += usize::from(field.secret);
                look(field.kind.members(), is_given_away, seen);
            }
        }
        let mut seen = 0;
        for contract in ROUTES.iter().map(|route| route.contract) {
            for (place, field) in contract.parameters() {
                assert!(!field.secret || place != Place::Path, "{}", field.name);
                look(std::slice::from_ref(field), false, &mut seen);
            }
            look(contract.reply, false, &mut seen);
        }
        assert!(seen > 4, "{seen}");
    }
}
