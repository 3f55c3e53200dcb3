//! Forms of text that the documents know.
//!
//! Each is declared twice, as a regular expression for the published schema and as code for the
//! check; a test holds the two together.

use super::ErrorKind;
use super::field::Format;

/// A text of each form.
pub const SAMPLES: [&str; 8] = [
    "cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd",
    "8aa6999e71cb638b0171f485f5266ef0",
    "192.168.1.1:6379",
    "2026-01-01T00:00:00Z",
    "2026-01-01 00:00:00",
    "20260101000000",
    "0",
    r#"{"white_list":"t1,t2"}"#,
];

/// A dashed UUID: ids of jobs, memory mappings, online migration tasks and DCS instances.
pub static DASHED_UUID: Format = Format {
    english: "a UUID with dashes",
    chinese: "带连字符的 UUID",
    pattern: "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$",
    accepts: is_dashed_uuid,
    error_kind: ErrorKind::MalformedId,
};

/// 32 hexadecimal digits: ids of backup imports and DCS jobs.
pub static HEX_32: Format = Format {
    english: "32 hexadecimal digits",
    chinese: "32 位十六进制数字",
    pattern: "^[0-9A-Fa-f]{32}$",
    accepts: |text| text.len() == 32 && is_hexadecimal(text),
    error_kind: ErrorKind::MalformedId,
};

/// Either form that the id of a ClickHouse instance has.
pub static CLICKHOUSE_ID: Format = Format {
    english: "32 hexadecimal digits and a suffix such as in16, or a UUID with dashes",
    chinese: "32 位十六进制数字加 in16 之类的后缀，或带连字符的 UUID",
    pattern: "^([0-9A-Fa-f]{32}in[0-9]{2}|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}\
              -[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})$",
    accepts: |text| is_suffixed(text) || is_dashed_uuid(text),
    error_kind: ErrorKind::MalformedId,
};

/// Addresses of a Redis: `host:port`, several joined by commas.
pub static ADDRESSES: Format = Format {
    english: "host:port, several joined by commas",
    chinese: "host:port，多个以英文逗号分隔",
    pattern: "^[A-Za-z0-9._-]+:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}\
              |655[0-2][0-9]|6553[0-5])(,[A-Za-z0-9._-]+:([1-9][0-9]{0,3}|[1-5][0-9]{4}\
              |6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])){0,99}$",
    accepts: |text| text.split(',').count() <= 100 && text.split(',').all(is_address),
    error_kind: ErrorKind::InvalidParameter,
};

/// A time with its zone, as GeminiDB's job list takes it.
pub static ZONED_TIME: Format = Format {
    english: "a time such as 2026-01-01T00:00:00Z",
    chinese: "形如 2026-01-01T00:00:00Z 的时间",
    pattern: "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]\
              :[0-5][0-9](Z|[+-](0[0-9]|1[0-2]):?[0-5][0-9])$",
    accepts: |text| crate::clock::Moment::parse(text).is_ok(),
    error_kind: ErrorKind::InvalidParameter,
};

/// A date and a time, as the backup files of DCS have them.
pub static DATE_AND_TIME: Format = Format {
    english: "a time such as 2026-01-01 00:00:00",
    chinese: "形如 2026-01-01 00:00:00 的时间",
    pattern: "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]) ([01][0-9]|2[0-3]):[0-5][0-9]\
              :[0-5][0-9]$",
    accepts: is_date_and_time,
    error_kind: ErrorKind::InvalidParameter,
};

/// A time by its digits, as the backups of DCS have it.
pub static PLAIN_TIME: Format = Format {
    english: "a time such as 20260101000000",
    chinese: "形如 20260101000000 的时间",
    pattern: "^[0-9]{14}$",
    accepts: |text| text.len() == 14 && text.bytes().all(|digit| digit.is_ascii_digit()),
    error_kind: ErrorKind::InvalidParameter,
};

/// Number of a Redis database, as text.
pub static DATABASE_NUMBER: Format = Format {
    english: "a whole number from 0 to 999, as a string",
    chinese: "0 到 999 的整数（字符串）",
    pattern: "^(0|[1-9][0-9]{0,2})$",
    accepts: |text| text.parse::<u16>().is_ok_and(|n| n <= 999 && n.to_string() == text),
    error_kind: ErrorKind::InvalidParameter,
};

/// Name of a ClickHouse instance.
pub static CLICKHOUSE_NAME: Format = Format {
    english: "4 to 64 letters, digits, hyphens and underscores, and start with a letter",
    chinese: "4 到 64 个字母、数字、中划线或下划线，且以字母开头",
    pattern: "^[A-Za-z][A-Za-z0-9_-]{3,63}$",
    accepts: is_clickhouse_name,
    error_kind: ErrorKind::InvalidParameter,
};

/// Password of a database user.
pub static PASSWORD: Format = Format {
    english: "8 to 32 characters",
    chinese: "8 到 32 个字符",
    pattern: r"^[\s\S]{8,32}$",
    accepts: |text| (8..=32).contains(&text.chars().count()),
    error_kind: ErrorKind::InvalidParameter,
};

/// A change of the tables that a synchronisation takes: JSON within a string.
pub static SCOPE_CHANGE: Format = Format {
    english: r#"a JSON object such as {"white_list":"t1,t2"}"#,
    chinese: r#"形如 {"white_list":"t1,t2"} 的 JSON 对象"#,
    pattern: r#"^\{[ \t\r\n]*"(white_list|black_list)"[ \t\r\n]*:[ \t\r\n]*"[^"\\\x00-\x1f]*"[ \t\r\n]*\}$"#,
    accepts: is_scope_change,
    error_kind: ErrorKind::InvalidParameter,
};

/// All of them, for the tests.
#[cfg(test)]
pub static ALL: &[&Format] = &[
    &DASHED_UUID,
    &HEX_32,
    &CLICKHOUSE_ID,
    &ADDRESSES,
    &CLICKHOUSE_NAME,
    &PASSWORD,
    &SCOPE_CHANGE,
    &DATABASE_NUMBER,
    &DATE_AND_TIME,
    &PLAIN_TIME,
];

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

fn is_dashed_uuid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let mut groups = text.split('-');
    let fit = lengths
        .iter()
        .all(|length| groups.next().is_some_and(|g| g.len() == *length && is_hexadecimal(g)));
    fit && groups.next().is_none()
}

/// The pattern knows no lengths of months, and neither does this.
fn is_date_and_time(text: &str) -> bool {
    let (date, time) = text.split_once(' ').unwrap_or_default();
    let numbers = |text: &str, mark: char, lengths: [usize; 3]| {
        let parts: Vec<&str> = text.split(mark).collect();
        let digits = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
        let is_form = parts.len() == 3
            && parts.iter().zip(lengths).all(|(part, length)| part.len() == length && digits(part));
        let read = |at: usize| parts[at].parse::<u16>().unwrap_or(u16::MAX);
        is_form.then(|| [read(0), read(1), read(2)])
    };
    let date = numbers(date, '-', [4, 2, 2]);
    let is_date =
        date.is_some_and(|[_, month, day]| (1..=12).contains(&month) && (1..=31).contains(&day));
    let time = numbers(time, ':', [2, 2, 2]);
    is_date && time.is_some_and(|[hour, minute, second]| hour < 24 && minute < 60 && second < 60)
}

fn is_suffixed(text: &str) -> bool {
    let Some((digits, suffix)) = text.split_at_checked(32) else { return false };
    let number = suffix.strip_prefix("in");
    is_hexadecimal(digits)
        && number.is_some_and(|n| n.len() == 2 && n.bytes().all(|digit| digit.is_ascii_digit()))
}

fn is_address(text: &str) -> bool {
    let Some((host, port)) = text.split_once(':') else { return false };
    let fit = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let number = port.parse::<u16>();
    !host.is_empty()
        && host.bytes().all(fit)
        && number.is_ok_and(|number| number > 0 && number.to_string() == port)
}

fn is_clickhouse_name(text: &str) -> bool {
    let fit = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    (4..=64).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(fit)
}

fn is_scope_change(text: &str) -> bool {
    let members = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let Some((kind, tables)) = members.and_then(|members| members.split_once(':')) else {
        return false;
    };
    let unquoted = |text: &str| {
        let text = text.trim_matches([' ', '\t', '\r', '\n']);
        let inner = text.strip_prefix('"')?.strip_suffix('"')?;
        let plain = |character: char| !matches!(character, '"' | '\\' | '\0'..='\x1f');
        inner.chars().all(plain).then(|| inner.to_owned())
    };
    matches!(unquoted(kind).as_deref(), Some("white_list" | "black_list"))
        && unquoted(tables).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pattern_and_check_agree() {
        let texts = [
            "cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd",
            "CF4A05DF-1C38-47C5-BB5A-0A7B3673B3BD",
            "cf4a05df-1c38-47c5-bb5a-0a7b3673b3b",
            "cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd-",
            "cf4a05df1c38-47c5-bb5a-0a7b3673b3bd00",
            "8aa6999e71cb638b0171f485f5266ef0",
            "8aa6999e71cb638b0171f485f5266ef",
            "8aa6999e71cb638b0171f485f5266eg0",
            "54e42160670e48e789af7075e1efea1fin16",
            "54e42160670e48e789af7075e1efea1fin1",
            "54e42160670e48e789af7075e1efea1fno16",
            "54e42160670e48e789af7075e1efea1fin1x",
            "192.168.1.1:6379,192.168.0.0:6379",
            "redis:1",
            "redis:65535",
            "redis:65536",
            "redis:0",
            "redis:06379",
            "redis:+6379",
            "redis",
            ":6379",
            "redis:6379,",
            "re dis:6379",
            "redis:6379 ",
            "[::1]:6379",
            "экземпляр:6379",
            "2026-01-01 00:00:00",
            "2026-12-31 23:59:59",
            "2026-13-01 00:00:00",
            "2026-01-32 00:00:00",
            "2026-01-01 24:00:00",
            "2026-01-01T00:00:00Z",
            "2026-1-1 0:0:0",
            "20260101000000",
            "2026010100000",
            "2026010100000x",
            "0",
            "00",
            "999",
            "1000",
            "click-house_1",
            "1click",
            "cli",
            "click house",
            "Geheim-12",
            "geheim",
            "密码密码密码密码",
            r#"{"white_list":"orders,items"}"#,
            "{ \"black_list\" :\n\"\" }",
            r#"{"white_list":"a","black_list":"b"}"#,
            r#"{"grey_list":"a"}"#,
            r#"{"white_list":"a\"b"}"#,
            r#"{"white_list":["a"]}"#,
            r#"{"white_list:"a"}"#,
            r#"{"white_list"}"#,
            "{\"white_list\":\"a\tb\"}",
            "",
            "\n",
        ];
        for format in ALL {
            let pattern = regex::Regex::new(format.pattern).unwrap();
            for text in texts {
                let accepted = (format.accepts)(text);
                assert_eq!(pattern.is_match(text), accepted, "{}: {text:?}", format.english);
            }
            let accepted = texts.iter().filter(|text| (format.accepts)(text)).count();
            assert!(accepted > 0, "no text is {}", format.english);
        }
    }

    #[test]
    fn every_time_of_the_pattern_is_accepted() {
        let pattern = regex::Regex::new(ZONED_TIME.pattern).unwrap();
        for text in
            ["2026-01-01T00:00:00Z", "2026-12-28T23:59:59+0800", "2026-01-01T00:00:00-05:00"]
        {
            assert!(pattern.is_match(text) && (ZONED_TIME.accepts)(text), "{text}");
        }
        for text in ["2026-01-01T00:00:00", "yesterday", "2026-13-01T00:00:00Z"] {
            assert!(!pattern.is_match(text) && !(ZONED_TIME.accepts)(text), "{text}");
        }
    }
}
