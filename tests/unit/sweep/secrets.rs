//! What no contract declares, or what one calls a secret, gets nowhere that a person can read: not into
//! an answer, a journal, an explanation, a report, the metrics or the log.
//!
//! Tokens are planted at random places, and looked for in everything that comes out.

use super::{app, contracts, every_field, path_of};
use crate::app::App;
use crate::contract::{Contract, Field, Kind, Strictness, format};
use crate::control::explain::handler::explain;
use crate::control::requests::{self, CheckRequest, Pattern};
use crate::control::{metrics, report, worlds};
use crate::http::answer_in_process;
use crate::worlds::{WorldSettings, Worlds};
use axum::body::Bytes;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

fn recording() -> App {
    let app = app(Strictness::default());
    let worlds = WorldSettings { journal_bytes: 1 << 24, ..app.worlds.world_settings().clone() };
    App { worlds: Worlds::new(app.worlds.settings().clone(), worlds), ..app }
}

/// Numbers that are drawn again in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).expect("below most")
    }

    fn one_of<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }

    /// What nobody takes for a name.
    fn token(&mut self) -> String {
        let letter = |dice: &mut Self| char::from(b"abcdefghkmnpqrstuvwxyz"[dice.below(22)]);
        let digit = |dice: &mut Self| char::from(b"0123456789"[dice.below(10)]);
        (0..7).flat_map(|_| [letter(self), digit(self)]).collect()
    }
}

/// A request, as it is being put together.
struct Planted {
    method: Method,
    path: String,
    query: Vec<String>,
    headers: Vec<(String, String)>,
    body: Value,
    /// The body as it is sent, where that is no JSON.
    text: Option<String>,
}

/// Plants a token.
type Plant = fn(&mut Planted, &Contract, &str, &mut Dice);

/// The places that a token is planted in.
const PLACES: &[Plant] = &[
    in_an_undeclared_member,
    in_the_name_of_a_member,
    in_a_secret,
    in_the_place_of_an_object,
    in_an_address,
    in_a_document_within_a_text,
    in_the_query,
    in_a_header,
    in_a_credential,
    in_the_path,
    in_a_body_that_is_no_json,
    in_a_torn_body,
];

/// Names of which no contract has one, and some that are near those of secrets.
const NAMES: &[&str] = &[
    "unknown",
    "my_Password",
    "Authorization",
    "private_key",
    "cookie",
    "passphrase",
    "credential",
    "Passwd",
    "description_of_it",
    "passwrd",
    "Source_Instance",
    "note",
];

/// The token in some shape.
fn shape(token: &str, dice: &mut Dice) -> Value {
    match dice.below(5) {
        0 => json!(token),
        1 => json!([token, { "x": token }]),
        2 => json!({ "deep": { "er": [[token]] } }),
        3 => json!({ token: 1 }),
        _ => json!(format!("{{\"password\":\"{token}\"}}")),
    }
}

/// Some object in the body.
fn object<'b>(body: &'b mut Value, dice: &mut Dice) -> &'b mut Value {
    let inner = body.as_object().into_iter().flatten().filter(|(_, value)| value.is_object());
    let mut names: Vec<Option<String>> = inner.map(|(name, _)| Some(name.clone())).collect();
    names.push(None);
    match dice.one_of(&names).clone() {
        Some(name) => &mut body[name],
        None => body,
    }
}

fn in_an_undeclared_member(sent: &mut Planted, _: &Contract, token: &str, dice: &mut Dice) {
    let (name, value) = (*dice.one_of(NAMES), shape(token, dice));
    object(&mut sent.body, dice)[name] = value;
}

fn in_the_name_of_a_member(sent: &mut Planted, _: &Contract, token: &str, dice: &mut Dice) {
    object(&mut sent.body, dice)[token] = json!(dice.below(9));
}

/// Puts a value in the place of a declared member that is one of these.
fn replace(
    sent: &mut Planted,
    contract: &Contract,
    value: Value,
    dice: &mut Dice,
    is_one: impl Fn(&Field) -> bool,
) {
    let fields = every_field(contract.body);
    let fields: Vec<_> = fields.iter().filter(|(_, field)| is_one(field)).collect();
    if let Some((pointer, _)) = (!fields.is_empty()).then(|| *dice.one_of(&fields))
        && let Some(place) = sent.body.pointer_mut(pointer)
    {
        *place = value;
    }
}

fn in_a_secret(sent: &mut Planted, contract: &Contract, token: &str, dice: &mut Dice) {
    let value = shape(token, dice);
    replace(sent, contract, value, dice, |field| field.secret);
}

fn in_the_place_of_an_object(
    sent: &mut Planted,
    contract: &Contract,
    token: &str,
    dice: &mut Dice,
) {
    let document = json!({ "addrs": "1.1.1.1:1", "password": token }).to_string();
    let value = json!(dice.one_of(&[document, token.to_owned()]));
    replace(sent, contract, value, dice, |field| matches!(field.kind, Kind::Object(_)));
}

fn in_an_address(sent: &mut Planted, contract: &Contract, token: &str, dice: &mut Dice) {
    let forms = ["redis://:T@host:6379", "redis://u:T/@x@host:6379", "u:T@a:1,b:2", "http://h?k=T"];
    let value = json!(dice.one_of(&forms).replace('T', token));
    let is_address = |field: &Field| match field.kind {
        Kind::Format(form) => std::ptr::eq(form, &raw const format::ADDRESSES),
        _ => false,
    };
    replace(sent, contract, value, dice, is_address);
}

fn in_a_document_within_a_text(
    sent: &mut Planted,
    contract: &Contract,
    token: &str,
    dice: &mut Dice,
) {
    let value = json!(format!("{{\"password\": \"{token}\"}}"));
    let is_text = |field: &Field| matches!(field.kind, Kind::Text(_) | Kind::Instance(_));
    replace(sent, contract, value, dice, is_text);
}

fn in_the_query(sent: &mut Planted, _: &Contract, token: &str, dice: &mut Dice) {
    let forms = ["token=T", "X-My-%53ignature=T", "T=1", "T", "a=T%FF", "T%zz=1", "x=T%"];
    sent.query.push(dice.one_of(&forms).replace('T', token));
}

fn in_a_header(sent: &mut Planted, _: &Contract, token: &str, dice: &mut Dice) {
    let names = ["Cookie", "X-Api-Key", "X-My-Signature", "Proxy-Authorization", "X-Anything"];
    let (name, value) = match dice.below(4) {
        0 => (format!("X-{token}"), "1".to_owned()),
        _ => ((*dice.one_of(&names)).to_owned(), token.to_owned()),
    };
    sent.headers.push((name, value));
}

fn in_a_credential(sent: &mut Planted, _: &Contract, token: &str, dice: &mut Dice) {
    let signed = format!("SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature={token}");
    let forms = [
        ("Authorization", signed),
        ("Authorization", format!("Bearer {token}")),
        ("Authorization", token.to_owned()),
        ("X-Auth-Token", token.to_owned()),
        ("X-Subject-Token", token.to_owned()),
        ("X-Security-Token", token.to_owned()),
        ("X-Paper-Token", token.to_owned()),
    ];
    let (name, value) = dice.one_of(&forms);
    sent.headers.push(((*name).to_owned(), value.clone()));
}

fn in_the_path(sent: &mut Planted, _: &Contract, token: &str, dice: &mut Dice) {
    let forms = ["/v9/T", "P/T/x", "/v3/054e292c9880d4992f02c0196d3ea468/nowhere/T", "P/%22T%22"];
    let own = sent.path.clone();
    sent.path = dice.one_of(&forms).replace('T', token).replace('P', &own);
}

fn in_a_body_that_is_no_json(sent: &mut Planted, _: &Contract, token: &str, dice: &mut Dice) {
    let forms = ["password=T", "\"T\"", "{\"pass\\u0077ord\": T}", "{'a': 'T'}", "[\"T\"", "T"];
    sent.text = Some(dice.one_of(&forms).replace('T', token));
}

fn in_a_torn_body(sent: &mut Planted, contract: &Contract, token: &str, dice: &mut Dice) {
    in_an_undeclared_member(sent, contract, token, dice);
    let whole = sent.body.to_string();
    let end = whole.len() - dice.below(whole.len() / 3 + 1);
    sent.text = whole.get(..end).map(str::to_owned);
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("a log").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Sends a request, and returns what the client is told.
fn send(app: &App, sent: &Planted) -> Option<String> {
    let query =
        if sent.query.is_empty() { String::new() } else { format!("?{}", sent.query.join("&")) };
    let mut request = Request::builder().method(&sent.method).uri(format!("{}{query}", sent.path));
    for (name, value) in &sent.headers {
        request = request.header(name, value);
    }
    // What no client can send is not sent.
    let (parts, ()) = request.body(()).ok()?.into_parts();
    let body = sent.text.clone().unwrap_or_else(|| match &sent.body {
        Value::Null => String::new(),
        body => body.to_string(),
    });
    let answer = answer_in_process(app, &parts, Bytes::from(body));
    let mut headers = answer.headers().clone();
    // What a token is asked for is the one secret that is meant to come out.
    headers.remove("x-subject-token");
    Some(format!("{headers:?} {}", String::from_utf8_lossy(answer.body())))
}

/// Everything that a person can read about the worlds of a cloud, each with its name.
fn readable(app: &App) -> Vec<(String, String)> {
    let mut all = vec![
        ("the report".to_owned(), json!(report::report_all(app)).to_string()),
        ("the metrics".to_owned(), metrics::metrics(app)),
    ];
    for id in app.worlds.project_ids() {
        let project = if id.is_empty() { "@account" } else { &id };
        let listing = requests::Listing::parse("limit=100000").expect("a listing");
        let journal = requests::list(app, project, &listing).expect("a journal");
        for request in &journal.requests {
            let request_id = request["request_id"].as_str().expect("an id");
            let explained = explain(app, request_id).expect("an explanation");
            all.push(("an explanation".to_owned(), json!(explained).to_string()));
        }
        all.push(("a journal".to_owned(), json!(journal).to_string()));
        let pattern: Pattern =
            serde_json::from_value(json!({ "match": { "body.x": 1 } })).expect("a pattern");
        let near = requests::near_misses(app, project, &pattern).expect("near misses");
        all.push(("near misses".to_owned(), json!(near).to_string()));
        let check: CheckRequest =
            serde_json::from_value(json!({ "at_most_once_committed": true })).expect("a check");
        let verified = requests::verify(app, project, &[check]).expect("a verification");
        all.push(("a verification".to_owned(), json!(verified).to_string()));
        let _ = worlds::export(app, project);
    }
    all
}

#[test]
fn a_planted_token_comes_out_nowhere() {
    let mut dice = Dice(0x5eed_0f5e_c0de_1234);
    let mut tokens = Vec::new();
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .finish();
    let mut texts = Vec::new();
    tracing::subscriber::with_default(subscriber, || {
        for contract in contracts() {
            let app = recording();
            for place in PLACES {
                for _ in 0..4 {
                    let token = dice.token();
                    let (path, body) = crate::selftest::documented_request(contract);
                    let mut sent = Planted {
                        method: contract.method.clone(),
                        path: path.split('?').next().unwrap_or_default().to_owned(),
                        query: path
                            .split_once('?')
                            .map(|(_, query)| query.to_owned())
                            .into_iter()
                            .collect(),
                        headers: vec![("X-Auth-Token".to_owned(), "t".to_owned())],
                        body,
                        text: None,
                    };
                    place(&mut sent, contract, &token, &mut dice);
                    let answer = send(&app, &sent);
                    // A declared text is answered as it was sent, whatever it is.
                    if !std::ptr::fn_addr_eq(*place, in_a_document_within_a_text as Plant) {
                        let name = || format!("an answer of {}", contract.id);
                        texts.extend(answer.map(|text| (name(), text)));
                    }
                    tokens.push(token);
                }
            }
            texts.extend(readable(&app));
        }
    });
    let log = String::from_utf8_lossy(&log.0.lock().expect("a log")).into_owned();
    assert!(log.contains("DEBUG"), "the log says too little to prove anything");
    texts.push(("the log".to_owned(), log));
    assert!(tokens.len() > 40 * contracts().count());
    for (place, text) in texts {
        // Names of headers are written in small letters, and tokens have no others.
        for token in &tokens {
            let around = text.find(token).map(|at| text[..at].chars().rev().take(200));
            let around = around.map(|before| before.collect::<Vec<_>>().into_iter().rev());
            let around: Option<String> = around.map(Iterator::collect);
            assert_eq!(around, None, "{place} shows {token}");
        }
    }
}

#[test]
fn equal_secrets_are_seen_to_be_equal_and_what_is_declared_is_shown() {
    let app = recording();
    let path = "/v3/054e292c9880d4992f02c0196d3ea468/dbcache/mapping?token=planted-1&limit=1";
    let body = json!({
        "source_instance_id": "declared", "target_instance_id": "b", "Password": "planted-1",
    });
    let request = Request::post(path).header("X-Auth-Token", "planted-1").body(());
    let (parts, ()) = request.expect("a request").into_parts();
    answer_in_process(&app, &parts, Bytes::from(body.to_string()));
    let listing = requests::Listing::parse("").expect("a listing");
    let project = "054e292c9880d4992f02c0196d3ea468";
    let listed = requests::list(&app, project, &listing).expect("a journal");
    let shown = &listed.requests[0];
    let digest = &shown["query"]["token"];
    assert!(digest.as_str().is_some_and(|text| text.starts_with("<text of 9 characters, digest ")));
    assert_eq!([&shown["headers"]["x-auth-token"], &shown["body"]["Password"]], [digest, digest]);
    assert_eq!(shown["body"]["source_instance_id"], "declared");
}

#[test]
fn no_token_that_is_given_out_gets_into_a_journal() {
    let app = recording();
    let login = contracts();
    let mut login = login.filter(|contract| contract.id == "KeystoneCreateUserTokenByPassword");
    let login = login.next().expect("a login");
    let (_, body) = crate::selftest::documented_request(login);
    let (parts, ()) = Request::post(path_of(login)).body(()).expect("a request").into_parts();
    let answer = answer_in_process(&app, &parts, Bytes::from(body.to_string()));
    let token = answer.headers()["x-subject-token"].to_str().expect("ASCII");
    let listing = requests::Listing::parse("").expect("a listing");
    let shown = requests::list(&app, "@account", &listing).expect("a journal").requests;
    let given = shown[0]["answer"]["headers"]["x-subject-token"].as_str().expect("a header");
    assert!(given.starts_with("<text of "), "{given}");
    assert!(!json!(shown).to_string().contains(token));
    let name = body.pointer("/auth/identity/password/user/name");
    assert_eq!(shown[0]["body"].pointer("/auth/identity/password/user/name"), name);
}
