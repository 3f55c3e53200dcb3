//! Conversations that Terraform's provider had while it applied, changed and destroyed
//! configurations, played against Papercloud: the requests in their order, the ids that answers
//! mint filled in, time advanced instead of waited. Every status and every member of an answer is
//! required.
//!
//! The files lie in `tests/it/terraform`; `{{name}}` is an id that an answer mints, `{{any}}` and
//! `{{time}}` are some value. A step is left out if it is `transient`: another answer followed for
//! the same request without a change in between. One with `polls` may be.

use crate::support::{PROJECT, config, send_text, start};
use papercloud::PaperCloud;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::time::Duration;

/// The conversations that do not play to the end yet, with the reason.
const OPEN: &[&str] = &[];

#[derive(Deserialize)]
struct Conversation {
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    request: Request,
    answer: Expected,
    #[serde(default)]
    wait_s: f64,
    #[serde(default)]
    transient: bool,
    polls: Option<u32>,
}

#[derive(Deserialize)]
struct Request {
    method: String,
    path: String,
    #[serde(default)]
    query: Value,
    #[serde(default)]
    body: Value,
}

#[derive(Deserialize)]
struct Expected {
    status: u16,
    #[serde(default)]
    body: Value,
}

type Bound = HashMap<String, String>;

#[test]
fn every_conversation_plays_to_the_end() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/terraform");
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let cloud = start(&config());
    let (mut played, mut failed) = (0, Vec::new());
    for file in &files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let conversation = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        match play(&cloud, &conversation) {
            Ok(()) => played += 1,
            Err(_) if OPEN.contains(&name.as_str()) => {}
            Err(problem) => failed.push(format!("{name}: {problem}")),
        }
    }
    println!("{played} of {} conversations play to the end", files.len());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert_eq!(played + OPEN.len(), files.len(), "a conversation plays that is said to be open");
}

/// Plays a conversation in a new world. The first step that is answered otherwise.
fn play(cloud: &PaperCloud, conversation: &Conversation) -> Result<(), String> {
    let world = cloud.world(PROJECT);
    world.reset();
    world.freeze();
    let (mut bound, mut seconds) = (Bound::new(), 0.0);
    for (at, step) in conversation.steps.iter().enumerate() {
        seconds += step.wait_s;
        if step.transient {
            continue;
        }
        if seconds > 0.0 {
            world.advance(Duration::from_secs_f64(seconds + 1.0));
            seconds = 0.0;
        }
        let Request { method, path, query, body } = &step.request;
        let mut path = filled(path, &bound);
        match query {
            Value::String(query) => path.extend(["?", &filled(query, &bound)]),
            Value::Object(members) => {
                for (at, (name, value)) in members.iter().enumerate() {
                    let value = filled(value.as_str().unwrap_or_default(), &bound);
                    let separator = if at == 0 { "?" } else { "&" };
                    let value = value.replace('*', "%2A").replace(' ', "%20");
                    path.extend([separator, name, "=", &value]);
                }
            }
            _ => {}
        }
        let body = match body {
            Value::Null => String::new(),
            Value::String(text) => filled(text, &bound),
            body => filled(&body.to_string(), &bound),
        };
        let headers = [("X-Auth-Token", "token"), ("User-Agent", "golangsdk/2.0.0")];
        let expected = &step.answer;
        let ask = |bound: &Bound| {
            let answer = send_text(cloud, method, &path, &headers, &body);
            // Of a refusal the provider reads no more than the status and, where it repeats, the code.
            if answer.status == expected.status && answer.status >= 400 {
                return Ok(bound.clone());
            }
            if answer.status == expected.status {
                return fit(&expected.body, &answer.body, bound, "");
            }
            Err(format!("{} instead of {}: {}", answer.status, expected.status, answer.body))
        };
        // The provider waits two seconds and less without a word in the recording, and repeats what
        // is refused as busy.
        let may_repeat = method == "GET" || expected.status < 300;
        let fits = ask(&bound).or_else(|problem| {
            if !may_repeat || (method != "GET" && !problem.starts_with('4')) {
                return Err(problem);
            }
            world.advance(Duration::from_secs(10));
            ask(&bound)
        });
        // What is being deleted may be gone sooner than it was with the server of the recording.
        let goes =
            |later: &Step| later.answer.status == 404 && later.request.path == step.request.path;
        match fits {
            Ok(all) => bound = all,
            Err(_) if step.polls.is_some() => {}
            Err(problem)
                if problem.starts_with("404 instead of 200")
                    && conversation.steps[at..].iter().any(goes) => {}
            Err(problem) => return Err(format!("step {at}, {method} {path}: {problem}")),
        }
    }
    Ok(())
}

/// A text with the ids that are known by now.
fn filled(text: &str, bound: &Bound) -> String {
    let mut filled = text.to_owned();
    for (name, value) in bound {
        filled = filled.replace(&format!("{{{{{name}}}}}"), value);
    }
    filled
}

/// Binds what an answer mints, if it holds all that is expected.
fn fit(expected: &Value, got: &Value, bound: &Bound, place: &str) -> Result<Bound, String> {
    let differs = || Err(format!("{place}: {got} instead of {expected}"));
    match (expected, got) {
        (Value::Null, _) => Ok(bound.clone()),
        (Value::String(pattern), got) if pattern == "{{any}}" || pattern == "{{time}}" => {
            if got.is_null() { differs() } else { Ok(bound.clone()) }
        }
        (Value::String(_), Value::String(_)) if is_free(place) => Ok(bound.clone()),
        (Value::String(pattern), Value::String(got)) => {
            match_text(&filled(pattern, bound), got, bound).map_or_else(differs, Ok)
        }
        (Value::Object(members), Value::Object(known)) => {
            let mut bound = bound.clone();
            for (name, value) in members {
                let place = format!("{place}/{name}");
                let name = filled(name, &bound);
                match known.get(&name) {
                    Some(got) => bound = fit(value, got, &bound, &place)?,
                    None if value.is_null() || may_be_missing(&place) => {}
                    None => return Err(format!("{place} is missing")),
                }
            }
            Ok(bound)
        }
        (Value::Array(values), Value::Array(known)) => fit_list(values, known, bound, place),
        (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64() => {
            Ok(bound.clone())
        }
        (expected, got) if expected == got => Ok(bound.clone()),
        _ => differs(),
    }
}

/// What a server may choose.
fn is_free(place: &str) -> bool {
    place.ends_with("/description") || place.contains("cidr_v6") || place.contains("gateway_ip_v6")
}

/// What only the servers that the conversations were recorded from say.
fn may_be_missing(place: &str) -> bool {
    place == "/job/entities"
}

/// Each element is one of the list, in any order; an empty list is empty.
fn fit_list(
    expected: &[Value],
    got: &[Value],
    bound: &Bound,
    place: &str,
) -> Result<Bound, String> {
    if expected.is_empty() && !got.is_empty() {
        return Err(format!("{place}: {} elements instead of none", got.len()));
    }
    let (mut bound, mut free) = (bound.clone(), (0..got.len()).collect::<Vec<_>>());
    for (at, value) in expected.iter().enumerate() {
        let place = format!("{place}/{at}");
        let mut problem = format!("{place} is missing");
        let mut found = None;
        for (index, candidate) in free.iter().enumerate() {
            match fit(value, &got[*candidate], &bound, &place) {
                Ok(all) => {
                    found = Some((index, all));
                    break;
                }
                Err(why) if index == 0 => problem = why,
                Err(_) => {}
            }
        }
        let Some((index, all)) = found else { return Err(problem) };
        free.remove(index);
        bound = all;
    }
    Ok(bound)
}

/// Binds the name in a pattern with at most one of them, if the text fits.
fn match_text(pattern: &str, got: &str, bound: &Bound) -> Option<Bound> {
    let Some((before, rest)) = pattern.split_once("{{") else {
        return (pattern == got).then(|| bound.clone());
    };
    let (name, after) = rest.split_once("}}")?;
    let value = got.strip_prefix(before)?.strip_suffix(after)?;
    if value.is_empty() || bound.values().any(|known| known == value) && !name.starts_with("ip") {
        return None;
    }
    let mut bound = bound.clone();
    if name != "any" && name != "time" {
        bound.insert(name.to_owned(), value.to_owned());
    }
    Some(bound)
}
