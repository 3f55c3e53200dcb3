//! Every rule of every body: held, and broken by one.

use super::{
    app, dotted, every_field, maximal, path_of, prepared, send, send_text, with, with_body, without,
};
use crate::contract::{Field, Kind, Level, Presence, Strictness};
use serde_json::{Value, json};

#[test]
fn a_document_with_every_declared_member_is_accepted() {
    for contract in with_body() {
        send(contract, &maximal(contract.body)).is_accepted_by(contract, "maximal");
    }
}

#[test]
fn a_document_with_only_the_mandatory_members_is_accepted() {
    for contract in with_body() {
        let mut document = maximal(contract.body);
        for (pointer, field) in every_field(contract.body).into_iter().rev() {
            if field.presence == Presence::Optional {
                let (parent, name) = pointer.rsplit_once('/').unwrap();
                document.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
            }
        }
        send(contract, &document).is_accepted_by(contract, "minimal");
    }
}

#[test]
fn every_mandatory_member_is_missed_by_name() {
    let mut missed = 0;
    for contract in with_body() {
        for (pointer, field) in every_field(contract.body) {
            if field.presence == Presence::Mandatory {
                let seen = send(contract, &without(contract, &pointer));
                seen.is_refused_by(contract, &dotted(&pointer), "is mandatory");
                missed += 1;
            }
        }
    }
    assert!(missed > 10, "only {missed} mandatory members were found");
}

#[test]
fn null_is_absence_and_so_is_empty_text_where_nothing_is_mandatory() {
    for contract in with_body() {
        for (pointer, field) in every_field(contract.body) {
            for absent in [Value::Null, json!("")] {
                let seen = send(contract, &with(contract, &pointer, absent.clone()));
                match field.presence {
                    Presence::Mandatory => seen.is_refused_by(contract, &dotted(&pointer), "m"),
                    // No number is empty text.
                    Presence::Optional if field.kind.is_number() && absent == json!("") => {
                        seen.is_refused_by(contract, &dotted(&pointer), "must be");
                    }
                    Presence::Optional => seen.is_accepted_by(contract, &pointer),
                    // The condition decides: the same as leaving the member out.
                    _ => {
                        let left_out = send(contract, &without(contract, &pointer));
                        assert_eq!(seen.status, left_out.status, "{pointer} is {absent}");
                    }
                }
            }
        }
    }
}

#[test]
fn blank_text_is_refused_everywhere() {
    for contract in with_body() {
        for (pointer, _) in every_field(contract.body) {
            let seen = send(contract, &with(contract, &pointer, json!(" \t ")));
            seen.is_refused_by(contract, &dotted(&pointer), "must not be blank");
        }
    }
}

#[test]
fn a_word_outside_an_enumeration_is_refused_with_the_words() {
    for contract in with_body() {
        for (pointer, field) in every_field(contract.body) {
            let Kind::OneOf(words) = field.kind else { continue };
            let seen = send(contract, &with(contract, &pointer, json!("no_such_word")));
            seen.is_refused_by(contract, &dotted(&pointer), &words.join(", "));
            // A slip is answered with the word that was meant.
            let slip = words[0].replacen('_', "-", 1) + "x";
            let seen = send(contract, &with(contract, &pointer, json!(slip)));
            seen.is_refused_by(contract, &dotted(&pointer), &format!("did you mean {}?", words[0]));
        }
    }
}

#[test]
fn a_range_is_met_on_its_bounds_and_left_one_beyond() {
    let mut ranges = 0;
    for contract in with_body() {
        for (pointer, field) in every_field(contract.body) {
            let (least, most, as_text) = match field.kind {
                Kind::Integer(least, most) => (least, most, false),
                Kind::IntegerOrText(least, most) => (least, most, true),
                _ => continue,
            };
            ranges += 1;
            // A whole number is one however it is written.
            let written: Value = format!("{least}.0").parse().unwrap();
            for number in [json!(least), json!(most), written] {
                let seen = send(contract, &with(contract, &pointer, number.clone()));
                seen.is_accepted_by(contract, &format!("{pointer} is {number}"));
            }
            for number in [json!(least - 1), json!(most + 1), json!(1.5), json!(1e300)] {
                let seen = send(contract, &with(contract, &pointer, number));
                seen.is_refused_by(contract, &dotted(&pointer), &format!("{least} to {most}"));
            }
            for number in [least, most] {
                let text = json!(number.to_string());
                let seen = send(contract, &with(contract, &pointer, text));
                if as_text {
                    seen.is_accepted_by(contract, &format!("{pointer} as text"));
                } else {
                    seen.is_refused_by(contract, &dotted(&pointer), "must be");
                }
            }
            for text in ["12x", "+5", "007", "1.0", " 5"] {
                let seen = send(contract, &with(contract, &pointer, json!(text)));
                seen.is_refused_by(contract, &dotted(&pointer), &format!("{least} to {most}"));
            }
        }
    }
    assert!(ranges > 0, "no operation has a range");
}

#[test]
fn text_is_as_long_as_its_bound_and_no_longer() {
    for contract in with_body() {
        for (pointer, field) in every_field(contract.body) {
            let most = match field.kind {
                Kind::Text(most) if most < usize::MAX => most,
                _ => continue,
            };
            // Characters count, not bytes.
            let fits = json!("界".repeat(most));
            send(contract, &with(contract, &pointer, fits)).is_accepted_by(contract, &pointer);
            let seen = send(contract, &with(contract, &pointer, json!("界".repeat(most + 1))));
            seen.is_refused_by(contract, &dotted(&pointer), &format!("at most {most} characters"));
        }
    }
}

#[test]
fn an_array_is_as_long_as_its_bound_and_no_longer() {
    for contract in with_body() {
        for (pointer, field) in every_field(contract.body) {
            let Kind::List(of, most) = field.kind else { continue };
            let elements = |count| Value::Array(vec![super::sample(of); count]);
            let fits = with(contract, &pointer, elements(most));
            send(contract, &fits).is_accepted_by(contract, &pointer);
            let seen = send(contract, &with(contract, &pointer, elements(most + 1)));
            seen.is_refused_by(contract, &dotted(&pointer), &format!("at most {most} elements"));
        }
    }
}

#[test]
fn a_value_of_another_type_is_refused() {
    let values = [json!("text"), json!(7), json!(true), json!({ "a": 1 }), json!([1])];
    for contract in with_body() {
        for (pointer, field) in every_field(contract.body) {
            let own = super::sample(&field.kind);
            for value in &values {
                let same = std::mem::discriminant(value) == std::mem::discriminant(&own);
                if same || (matches!(field.kind, Kind::IntegerOrText(..)) && value.is_string()) {
                    continue;
                }
                let seen = send(contract, &with(contract, &pointer, value.clone()));
                seen.is_refused_by(contract, &dotted(&pointer), "must be");
            }
        }
    }
}

#[test]
fn an_unknown_member_is_named_and_refused_only_under_strict_hygiene() {
    for contract in with_body() {
        let (_, mut document) = crate::selftest::documented_request(contract);
        document["papercloud_unknown"] = json!(1);
        let seen = send(contract, &document);
        seen.is_accepted_by(contract, "an unknown member");
        let told = seen.warnings.iter().any(|warning| warning.contains("papercloud_unknown"));
        assert!(told, "{}: {:?}", contract.id, seen.warnings);

        let strict = Strictness { hygiene: Level::Enforce, ..Strictness::default() };
        let text = document.to_string();
        let seen = send_text(&app(strict), contract, &path_of(contract), &text);
        seen.is_refused_by(contract, "papercloud_unknown", "is not a parameter of this call");
    }
}

#[test]
fn a_name_that_cannot_be_seen_is_named_in_quotation_marks() {
    for contract in with_body() {
        for (name, shown) in [("", "\"\" is not a parameter"), (" \t", "\" \\t\" is not")] {
            let (_, mut document) = crate::selftest::documented_request(contract);
            document[name] = json!(1);
            let seen = send(contract, &document);
            seen.is_accepted_by(contract, "a name without letters");
            let told = seen.warnings.iter().any(|warning| warning.contains(shown));
            assert!(told, "{}: {:?}", contract.id, seen.warnings);
        }
    }
}

#[test]
fn a_repeated_key_is_named_and_its_last_value_counts() {
    for contract in with_body() {
        let (_, document) = crate::selftest::documented_request(contract);
        let (name, value) = document.as_object().unwrap().iter().next().unwrap();
        let rest = document.to_string();
        let repeated = format!("{{\"{name}\":null,{}", &rest[1..]);
        let seen = send_text(&prepared(contract), contract, &path_of(contract), &repeated);
        seen.is_accepted_by(contract, &format!("{name} twice, last {value}"));
        let told = seen.warnings.iter().any(|one| one.contains(name) && one.contains("more than"));
        assert!(told, "{}: {:?}", contract.id, seen.warnings);
    }
}

#[test]
fn what_is_no_json_object_is_refused_with_the_reason() {
    let cases = [
        ("", "is empty"),
        ("  \n", "is empty"),
        ("{", "EOF while parsing an object at line 1 column 1"),
        ("{\"a\":1,}", "trailing comma at line 1 column 8"),
        ("{\"a\":1}\n x", "trailing characters at line 2 column 2"),
        ("nonsense", "expected ident at line 1 column 2"),
        ("[]", "must be a JSON object, got an array"),
        ("7", "must be a JSON object, got a number"),
        ("\"text\"", "must be a JSON object, got a string"),
        ("null", "must be a JSON object, got null"),
        ("{\"a\":1e999}", "number out of range"),
        ("{\"a\":\"\u{1}\"}", "control character"),
    ];
    let deep = format!("{{\"a\":{}", "[".repeat(100_000));
    for contract in with_body() {
        let path = path_of(contract);
        for (body, said) in cases {
            if contract.body_is_optional && said == "is empty" {
                continue;
            }
            let seen = send_text(&app(Strictness::default()), contract, &path, body);
            assert_eq!(seen.status, 400, "{}: {}", contract.id, seen.body);
            assert!(seen.message().contains(said), "{body:?}: {}", seen.message());
        }
        let seen = send_text(&app(Strictness::default()), contract, &path, &deep);
        assert!(seen.message().contains("recursion limit"), "{}", seen.message());
    }
}

#[test]
fn a_message_names_many_violations_and_ends_at_the_documented_maximum() {
    for contract in with_body() {
        let all = json!({});
        let seen = send(contract, &all);
        for (pointer, field) in every_field(contract.body) {
            let top = pointer.matches('/').count() == 1;
            if top && field.presence == Presence::Mandatory {
                seen.is_refused_by(contract, field.name, "is mandatory");
            }
        }
        assert!(seen.message().chars().count() <= 1024);
    }
}

#[test]
fn no_number_of_oddities_hides_a_reason_to_refuse() {
    let strict = |field: &Field| field.presence == Presence::Mandatory;
    for contract in with_body().filter(|contract| contract.body.iter().any(strict)) {
        let mut document = json!({});
        for number in 0..1_000 {
            document[format!("unknown_{number}")] = json!(1);
        }
        send(contract, &document).is_refused_by(contract, "", "is mandatory");
    }
}

#[test]
fn a_secret_is_never_shown() {
    for contract in with_body() {
        for (pointer, field) in every_field(contract.body) {
            if !field.secret {
                continue;
            }
            for value in [json!(["planted"]), json!({ "planted-7f3a9c2e51": "planted" })] {
                let seen = send(contract, &with(contract, &pointer, value));
                seen.is_refused_by(contract, &dotted(&pointer), "must");
                assert!(!seen.body.to_string().contains("planted"), "{}", seen.body);
                assert!(!seen.warnings.join(" ").contains("planted"), "{:?}", seen.warnings);
            }
        }
    }
}
