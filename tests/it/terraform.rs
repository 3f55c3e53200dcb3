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

/// What depends on the server of the recording alone, and may be another value of the same type
/// here: the conversations, the end of a request's path and of a member's place in the answer.
const FREE: &[(&str, &str, &str)] = &[
    // Words, addresses and sizes that a server chooses.
    ("", "", "/description"),
    ("", "", "/cidr_v6"),
    ("", "", "/gateway_ip_v6"),
    ("", "/instances", "/lb_ip_address"),
    ("dcs", "/backups", "/size"),
    ("dcs-data", "/logical-nodes", "/name"),
    ("taurusdb-updates", "/instances/{{taurus_instance_id_1}}", "/private_read_ips/0"),
    // That server had a VPC ready when it answered.
    ("", "/vpcs", "/vpc/status"),
    // It showed the name that an instance had when the job began.
    ("taurusdb-updates", "/jobs", "/instance/name"),
    // It did not show which nodes are stopped.
    ("example-dcs-nodes", "/logical-nodes", "/status"),
    // It kept the jobs of memory mappings out of the list of all jobs.
    ("data-sources", "/jobs", "/total_count"),
    // It did not apply the parameter template that an instance is created with.
    ("example-taurusdb", "taurus_instance_id_1}}/configurations", "/value"),
];

/// What only that server says: the end of a member's place.
const MAY_BE_MISSING: &[&str] = &["/job/entities"];

/// Statuses of what that server had not done yet, and of the same when it is done.
const AHEAD: &[(&str, &str)] = &[("CREATING", "RUNNING")];

/// The conversation whose server wrote empty text for what has no value.
const EMPTY_FOR_NULL: &str = "memory-mapping-own-network";

/// How many mismatches of a conversation are told.
const MOST_TOLD: usize = 3;

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
        let problems = play(&cloud, &name, &conversation);
        played += usize::from(problems.is_empty());
        failed.extend(problems.iter().take(MOST_TOLD).map(|problem| format!("{name}: {problem}")));
    }
    println!("{played} of {} conversations play to the end", files.len());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(played > 40, "only {played} conversations were found");
}

/// Plays a conversation in a new world. The steps that are answered otherwise.
fn play(cloud: &PaperCloud, name: &str, conversation: &Conversation) -> Vec<String> {
    let world = cloud.world(PROJECT);
    world.reset();
    world.freeze();
    let (mut bound, mut seconds, mut problems) = (Bound::new(), 0.0, Vec::new());
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
                let fitter = Fitter { conversation: name, path: &step.request.path };
                return fitter.fit(&expected.body, &answer.body, bound, "");
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
            ask(&bound).map_err(|later| format!("{problem}; ten seconds later {later}"))
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
            Err(problem) => problems.push(format!("step {at}, {method} {path}: {problem}")),
        }
    }
    problems
}

/// A text with the ids that are known by now.
fn filled(text: &str, bound: &Bound) -> String {
    let mut filled = text.to_owned();
    for (name, value) in bound {
        filled = filled.replace(&format!("{{{{{name}}}}}"), value);
    }
    filled
}

/// Holds an answer against the recorded one.
#[derive(Clone, Copy)]
struct Fitter<'s> {
    conversation: &'s str,
    path: &'s str,
}

impl Fitter<'_> {
    /// Binds what an answer mints, if it holds all that is expected.
    fn fit(
        self,
        expected: &Value,
        got: &Value,
        bound: &Bound,
        place: &str,
    ) -> Result<Bound, String> {
        let differs = || Err(format!("{place}: {got} instead of {expected}"));
        match (expected, got) {
            (Value::Null, _) => Ok(bound.clone()),
            (Value::String(pattern), got) if pattern == "{{any}}" || pattern == "{{time}}" => {
                if got.is_null() { differs() } else { Ok(bound.clone()) }
            }
            (Value::String(pattern), Value::Null)
                if pattern.is_empty() && self.conversation == EMPTY_FOR_NULL =>
            {
                Ok(bound.clone())
            }
            (Value::String(before), Value::String(after))
                if AHEAD.contains(&(before.as_str(), after.as_str())) =>
            {
                Ok(bound.clone())
            }
            (expected, got) if self.is_free(place) && same_type(expected, got) => Ok(bound.clone()),
            (Value::String(pattern), Value::String(got)) => {
                match_text(&filled(pattern, bound), got, bound).map_or_else(differs, Ok)
            }
            (Value::Object(members), Value::Object(known)) => {
                let mut bound = bound.clone();
                for (name, value) in members {
                    let place = format!("{place}/{name}");
                    let name = filled(name, &bound);
                    match known.get(&name) {
                        Some(got) => bound = self.fit(value, got, &bound, &place)?,
                        None if value.is_null() || MAY_BE_MISSING.contains(&&*place) => {}
                        None => return Err(format!("{place} is missing")),
                    }
                }
                Ok(bound)
            }
            (Value::Array(values), Value::Array(known)) => {
                self.fit_list(values, known, bound, place)
            }
            (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64() => {
                Ok(bound.clone())
            }
            (expected, got) if expected == got => Ok(bound.clone()),
            _ => differs(),
        }
    }

    /// Each element is one of the list, in any order; an empty list is empty.
    fn fit_list(
        self,
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
            let mut problems = Vec::new();
            let found = free.iter().position(|candidate| {
                let fits = self.fit(value, &got[*candidate], &bound, &place);
                fits.map(|all| bound = all).map_err(|problem| problems.push(problem)).is_ok()
            });
            match found {
                Some(index) => free.remove(index),
                None => return Err(format!("{place} is missing: {}", problems.join(", "))),
            };
        }
        Ok(bound)
    }

    fn is_free(self, place: &str) -> bool {
        FREE.iter().any(|(conversations, path, end)| {
            self.conversation.contains(conversations)
                && self.path.ends_with(path)
                && place.ends_with(end)
        })
    }
}

fn same_type(one: &Value, other: &Value) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
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
