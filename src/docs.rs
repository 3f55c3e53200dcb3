//! What is generated from the contracts for people: tables of the documents, and the `OpenAPI` document.

use crate::api;
use crate::cloud::ReservedId;
use crate::contract::{Contract, Place, Source, Strictness, rules};
use crate::control;
use crate::operation::Route;
use crate::publish as document;
use indexmap::IndexMap;
use serde_json::{Value, json};
use std::fmt::Write;

/// The `OpenAPI` 3.1 document of the default mode, for a service at the usual address.
pub fn openapi() -> Value {
    document::document(api::routes(), Strictness::default(), "http://127.0.0.1:8080")
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
    api::routes().iter().map(operation).collect()
}

/// The calls of the control API, as `GET /_paper/worlds`, without those of its page for people.
#[doc(hidden)]
pub fn control_calls() -> Vec<String> {
    control::calls().collect()
}

/// The generated sections of the documents that follow from the contracts.
#[doc(hidden)]
pub fn generated_sections() -> &'static [&'static str] {
    &["operations", "rules", "disagreements", "meanings"]
}

/// One generated section of the documents, as Markdown. Which clients of the tests drive an operation
/// is known to whoever can read the tests: `driven_by` gets the operation's name.
///
/// # Panics
///
/// If there is no such section.
#[doc(hidden)]
pub fn generated_section(name: &str, driven_by: &dyn Fn(&str) -> String) -> String {
    match name {
        "operations" => operation_tables(driven_by),
        "rules" => rule_table(),
        "disagreements" => disagreements(),
        "meanings" => meanings(),
        unknown => panic!("the documents have no generated section {unknown}"),
    }
}

/// How many operations each service has, and a table of them under a heading of its own.
fn operation_tables(driven_by: &dyn Fn(&str) -> String) -> String {
    let mut services: IndexMap<&str, Vec<&Contract>> = IndexMap::new();
    for contract in api::routes().iter().map(Route::contract) {
        services.entry(contract.service.name).or_default().push(contract);
    }
    let mut text = String::from(
        "| Service | Operations | Documented | Modelled |\n| --- | --- | --- | --- |\n",
    );
    for (service, contracts) in &services {
        let documented = contracts.iter().filter(|contract| contract.source.is_documented());
        let documented = documented.count();
        let counts = [contracts.len(), documented, contracts.len() - documented];
        let [all, documented, modelled] = counts.map(|count| count.to_string());
        row(&mut text, &[service, &all, &documented, &modelled]);
    }
    for (service, contracts) in &services {
        write!(text, "\n## {service}\n\n").expect("a string takes everything");
        text.push_str("| Operation | Call | Success | Basis | Driven by | Own refusals |\n");
        text.push_str("| --- | --- | --- | --- | --- | --- |\n");
        for contract in contracts {
            let basis = match contract.source {
                Source::Document(page) => format!("**documented**: {page}"),
                Source::Companion(_) | Source::Modelled(_) => "modelled".to_owned(),
            };
            let mut own: Vec<_> = contract
                .refusals
                .iter()
                .map(|own| format!("{} {}", own.status.as_u16(), own.code))
                .collect();
            own.dedup();
            row(
                &mut text,
                &[
                    &format!("`{}`", contract.id),
                    &format!("`{} {}`", contract.method, contract.path),
                    contract.success.as_str(),
                    &basis,
                    &driven_by(contract.id),
                    &own.join(", "),
                ],
            );
        }
    }
    text
}

fn rule_table() -> String {
    let mut table = String::from("| Operation | Parameter | Rule | Certainty |\n");
    table.push_str("| --- | --- | --- | --- |\n");
    let documented = api::routes().iter().map(Route::contract);
    let documented: Vec<_> = documented.filter(|one| one.source.is_documented()).collect();
    for rule in rules::rules(&documented).into_iter().filter(|rule| rule.class == "documented") {
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
    for (operation, note) in rules::disagreements(api::routes().iter().map(Route::contract)) {
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
        let bare = word.trim_matches(|character: char| {
            !character.is_alphanumeric() && !"_/{}".contains(character)
        });
        let named = is_name(bare).then(|| word.replacen(bare, &format!("`{bare}`"), 1));
        marked.push(named.unwrap_or_else(|| word.to_owned()));
    }
    marked.join(" ")
}

/// Names of products, which are prose.
const PRODUCTS: &[&str] = &["GeminiDB", "TaurusDB", "ClickHouse", "MySQL", "GaussDB", "StarRocks"];
