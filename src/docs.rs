//! What is generated from the contracts for people: the README's tables and the `OpenAPI` document.

use crate::api::ROUTES;
use crate::cloud::ReservedId;
use crate::contract::{Place, Source, Strictness, rules};
use crate::control;
use crate::operation::Route;
use crate::publish as document;
use serde_json::{Value, json};
use std::fmt::Write;

/// The `OpenAPI` 3.1 document of the default mode.
pub fn openapi() -> Value {
    document::document(crate::api::routes(), Strictness::default())
}

/// The operations that are emulated, in the order of their services.
pub fn operations() -> Value {
    let operation = |route: &Route| {
        let contract = route.contract();
        let basis = match contract.source {
            Source::Document(page) => format!("document {page}"),
            Source::Companion(_) | Source::Modelled(_) => "SDK model".to_owned(),
        };
        json!({
            "service": contract.service.name,
            "operation": contract.id,
            "method": contract.method.as_str(),
            "path": contract.path,
            "basis": basis,
        })
    };
    crate::api::routes().iter().map(operation).collect()
}

/// The calls of the control API, as `GET /_paper/worlds`, without those of its page for people.
#[doc(hidden)]
pub fn control_calls() -> Vec<String> {
    control::calls().collect()
}

/// The README's generated sections, in their order.
#[doc(hidden)]
pub fn readme_sections() -> &'static [&'static str] {
    &["calls", "rules", "disagreements", "meanings"]
}

/// One generated section of the README, as Markdown. Which clients of the tests drive an operation
/// is known to whoever can read the tests: `driven_by` gets the operation's name.
///
/// # Panics
///
/// If there is no such section.
#[doc(hidden)]
pub fn readme_section(name: &str, driven_by: &dyn Fn(&str) -> String) -> String {
    match name {
        "calls" => calls(driven_by),
        "rules" => rule_table(),
        "disagreements" => disagreements(),
        "meanings" => meanings(),
        unknown => panic!("the README has no generated section {unknown}"),
    }
}

fn calls(driven_by: &dyn Fn(&str) -> String) -> String {
    let mut table =
        String::from("| Operation | Call | Success | Rests on | Driven by | Own refusals |\n");
    table.push_str("| --- | --- | --- | --- | --- | --- |\n");
    let mut service = "";
    for route in ROUTES {
        let contract = route.contract();
        if service != contract.service.name {
            service = contract.service.name;
            row(&mut table, &[&format!("**{service}**"), "", "", "", "", ""]);
        }
        let rests_on = match contract.source {
            Source::Document(page) => format!("**{page}**"),
            Source::Companion(_) | Source::Modelled(_) => "SDK model".to_owned(),
        };
        let own =
            contract.refusals.iter().map(|own| format!("{} {}", own.status.as_u16(), own.code));
        row(
            &mut table,
            &[
                &format!("`{}`", contract.id),
                &format!("`{} {}`", contract.method, contract.path),
                contract.success.as_str(),
                &rests_on,
                &driven_by(contract.id),
                &own.collect::<Vec<_>>().join(", "),
            ],
        );
    }
    table
}

fn rule_table() -> String {
    let mut table = String::from("| Operation | Parameter | Rule | Certainty |\n");
    table.push_str("| --- | --- | --- | --- |\n");
    let documented = ROUTES
        .iter()
        .map(Route::contract)
        .filter(|contract| matches!(contract.source, Source::Document(_)));
    let documented: Vec<_> = documented.map(|contract| contract.id).collect();
    let contracts: Vec<_> = ROUTES.iter().map(Route::contract).collect();
    let of_the_five = rules::rules(&contracts)
        .into_iter()
        .filter(|rule| documented.contains(&rule.operation) && rule.class == "documented");
    for rule in of_the_five {
        let place = if rule.place == Place::Path.name() { " (path)" } else { "" };
        let parameter = format!("`{}`{place}", rule.parameter);
        row(
            &mut table,
            &[
                &format!("`{}`", rule.operation),
                &parameter,
                &backticked(&rule.rule),
                rule.certainty,
            ],
        );
    }
    table
}

fn disagreements() -> String {
    let mut table = String::from("| Operation | The documents | Papercloud |\n");
    table.push_str("| --- | --- | --- |\n");
    for (operation, note) in rules::disagreements(ROUTES.iter().map(Route::contract)) {
        row(
            &mut table,
            &[&format!("`{operation}`"), &backticked(note.matter), &backticked(note.decision)],
        );
    }
    table
}

fn meanings() -> String {
    let mut table = String::from("| First eight digits | Meaning |\n| --- | --- |\n");
    for (digits, _, meaning) in ReservedId::TABLE {
        row(&mut table, &[&format!("`{digits}`"), meaning]);
    }
    table
}

fn row(table: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    writeln!(table, "| {} |", cells.join(" | ")).expect("a string takes everything");
}

/// Puts names on the wire into backticks, as Markdown wants them: whatever has an underscore or a
/// capital within a word, but no abbreviation of which there are several.
fn backticked(text: &str) -> String {
    let is_name = |word: &str| {
        let stem = word.strip_suffix("'s").or_else(|| word.strip_suffix('s')).unwrap_or(word);
        let inner_capital = stem.chars().skip(1).any(char::is_uppercase)
            && stem.chars().any(char::is_lowercase)
            && !PRODUCTS.contains(&word.strip_suffix("'s").unwrap_or(word));
        word.contains('_') || word.contains('/') || inner_capital
    };
    let mut marked = Vec::new();
    for word in text.split(' ') {
        let bare =
            word.trim_matches(|sign: char| !sign.is_alphanumeric() && !"_/{}".contains(sign));
        let named = is_name(bare).then(|| word.replacen(bare, &format!("`{bare}`"), 1));
        marked.push(named.unwrap_or_else(|| word.to_owned()));
    }
    marked.join(" ")
}

/// Names of products, which are prose.
const PRODUCTS: &[&str] = &["GeminiDB", "TaurusDB", "ClickHouse", "MySQL", "GaussDB", "StarRocks"];
