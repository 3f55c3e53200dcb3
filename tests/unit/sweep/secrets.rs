//! No secret gets into a journal, wherever it is sent; and equal ones are seen to be equal.

use super::{app, contracts, every_field, maximal, path_of};
use crate::app::App;
use crate::contract::{Contract, Strictness};
use crate::http::answer_in_process;
use crate::journal::{View, names_a_secret, show};
use crate::worlds::{WorldSettings, Worlds};
use axum::body::Bytes;
use axum::http::{Request, Response};
use serde_json::{Value, json};

/// It takes escapes in JSON and in a query.
const PLANT: &str = "plant-\"\\ü-0123456789-0123456789-0123456789-0123456789-0123456789";
const PLANT_IN_QUERY: &str =
    "plant-%22%5C%C3%BC-0123456789-0123456789-0123456789-0123456789-0123456789";
const PLANT_IN_HEADER: &str = "plant-0123456789";

fn recording() -> App {
    let app = app(Strictness::default());
    let worlds = WorldSettings { journal_bytes: 1 << 24, ..app.worlds.world_settings().clone() };
    App { worlds: Worlds::new(app.worlds.settings().clone(), worlds), ..app }
}

/// Everything in the journals of a cloud, as it is shown.
fn journals(app: &App) -> Vec<Value> {
    let mut all = Vec::new();
    for id in app.worlds.project_ids() {
        let cell = app.worlds.world(&id);
        let world = cell.lock();
        assert_eq!(world.journal.dropped(), 0);
        let shown = |view| show(view, Strictness::default());
        all.extend(View::all(&world.journal).iter().map(shown));
    }
    all
}

fn send(app: &App, contract: &Contract, query: &str, body: String) -> Response<Vec<u8>> {
    let path = path_of(contract);
    let mark = if path.contains('?') { '&' } else { '?' };
    let mut request = Request::builder()
        .method(&contract.method)
        .uri(format!("{path}{mark}{query}"))
        .header("X-Auth-Token", PLANT_IN_HEADER)
        .header("X-Security-Token", PLANT_IN_HEADER)
        .header("X-Subject-Token", PLANT_IN_HEADER)
        .header("Cookie", PLANT_IN_HEADER)
        .header("Proxy-Authorization", PLANT_IN_HEADER)
        .header("X-Paper-Token", PLANT_IN_HEADER)
        .header("X-My-Signature", PLANT_IN_HEADER);
    let signed =
        format!("SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature={PLANT_IN_HEADER}");
    request = request.header("Authorization", signed);
    let (parts, ()) = request.body(()).expect("a request").into_parts();
    answer_in_process(app, &parts, Bytes::from(body))
}

/// The maximal document with this in the place of every secret, declared or not.
fn planted(contract: &Contract, plant: &Value) -> Vec<Value> {
    let mut documents = Vec::new();
    let unknown = json!({ "list": [{ "my_Passwd": plant, "APISecret": { "x": [plant] } }] });
    let mut whole = maximal(contract.body);
    whole["unknown"] = unknown;
    for (pointer, field) in every_field(contract.body) {
        if field.secret {
            *whole.pointer_mut(&pointer).expect("a declared member") = plant.clone();
        }
    }
    // What is declared as an object, but is sent as a secret itself, hides what is in it.
    for (pointer, field) in every_field(contract.body) {
        if names_a_secret(field.name) {
            let mut other = whole.clone();
            *other.pointer_mut(&pointer).expect("a declared member") = plant.clone();
            documents.push(other);
        }
    }
    documents.push(whole);
    documents
}

#[test]
fn no_secret_gets_into_a_journal() {
    let mut bodies = 0;
    for contract in contracts() {
        let app = recording();
        let query = format!("kept=1&X-My-To%6ben={PLANT_IN_QUERY}&password={PLANT_IN_QUERY}");
        for plant in
            [json!(PLANT), json!([PLANT]), json!({ "x": PLANT }), json!([{ "y": [PLANT] }])]
        {
            for body in planted(contract, &plant) {
                send(&app, contract, &query, body.to_string());
                bodies += 1;
            }
        }
        // What cannot be read, and a message that repeats what it cannot read.
        send(&app, contract, "password=plant-plant%zz", format!("{{\"password\":\"{PLANT}"));
        send(&app, contract, "b=1", format!("password={PLANT}"));
        send(&app, contract, "b=1", format!("{{\"pass\\u0077ord\":\"{PLANT}\"}}"));
        let shown = journals(&app);
        assert!(shown.len() >= 7, "{}", contract.id);
        let text = json!(shown).to_string();
        let at = text.find("plant");
        let around = at.map(|at| text[at.saturating_sub(300)..].chars().take(500));
        let around = around.map(String::from_iter);
        assert_eq!(around, None, "{}", contract.id);
        for request in &shown {
            let headers = &request["headers"];
            let token = headers["x-auth-token"].as_str().expect("a header");
            assert!(token.starts_with("digest:") && token.len() == 23, "{token}");
            for name in ["x-security-token", "x-subject-token", "cookie", "x-my-signature"] {
                assert_eq!(headers[name], token, "{name} of {}", contract.id);
            }
            let authorization = headers["authorization"].as_str().expect("a header");
            let start = "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=";
            assert_eq!(authorization, format!("{start}{token}"));
        }
        let (query, body) = (&shown[0]["query"], &shown[0]["body"]);
        assert_eq!(query["kept"], "1");
        assert_eq!(query["password"], query["X-My-Token"], "{}", contract.id);
        assert_eq!(body["unknown"]["list"][0]["my_Passwd"], query["password"], "{}", contract.id);
    }
    assert!(bodies > 4 * contracts().count(), "{bodies}");
}

#[test]
fn no_token_that_is_given_out_gets_into_a_journal() {
    let app = recording();
    let mut login =
        contracts().filter(|contract| contract.id == "KeystoneCreateUserTokenByPassword");
    let (_, body) = crate::selftest::documented_request(login.next().expect("a login"));
    let (parts, ()) = Request::post("/v3/auth/tokens").body(()).expect("a request").into_parts();
    let answer = answer_in_process(&app, &parts, Bytes::from(body.to_string()));
    let token = answer.headers()["x-subject-token"].to_str().expect("ASCII");
    let shown = journals(&app);
    let given = shown[0]["answer"]["headers"]["x-subject-token"].as_str().expect("a header");
    assert!(given.starts_with("digest:"), "{given}");
    assert!(!json!(shown).to_string().contains(token));
    let name = body.pointer("/auth/identity/password/user/name");
    assert_eq!(shown[0]["body"].pointer("/auth/identity/password/user/name"), name);
}
