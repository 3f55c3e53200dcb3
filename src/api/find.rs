//! The words that control requests name things by, and what is said of an unknown one.

use super::routes as all_routes;
use crate::contract::template::is_of_project;
use crate::error::control::ControlError;
use crate::operation::Route;
use crate::project_id::ACCOUNT;
use crate::text::{did_you_mean, shown};

/// As many words as a message names.
const FEW: usize = 20;

/// The operations of a service, with this name; all of them where neither is given.
pub fn routes(
    service: Option<&str>,
    operation: Option<&str>,
) -> Result<Vec<&'static Route>, ControlError> {
    let mut routes: Vec<_> = all_routes().iter().collect();
    let mut what = "operation".to_owned();
    if let Some(service) = service {
        let names: Vec<_> = routes.iter().map(|route| route.contract().service.name).collect();
        routes.retain(|route| route.contract().service.name.eq_ignore_ascii_case(service));
        let Some(first) = routes.first() else { return Err(unknown("service", service, names)) };
        what = format!("operation of {}", first.contract().service.name);
    }
    if let Some(operation) = operation {
        let names: Vec<_> = routes.iter().map(|route| route.contract().id).collect();
        routes.retain(|route| route.contract().id == operation);
        if routes.is_empty() {
            return Err(unknown_of(&what, operation, names, "GET /_paper/rules has all"));
        }
    }
    Ok(routes)
}

/// Whether requests for an operation come to the world of a project, or to the account's where
/// there is none.
pub fn comes_to(route: &Route, project_id: &str) -> bool {
    let contract = route.contract();
    if contract.service.name == "BSS" {
        return true; // orders belong to projects, but their paths have none
    }
    let mut templates = [contract.path.into()].into_iter().chain(contract.alias_templates());
    templates.any(|template| is_of_project(&template) != project_id.is_empty())
}

/// Refuses operations whose requests never come to the world of a project, or to the account's.
pub fn require_here(routes: &[&Route], project_id: &str) -> Result<(), ControlError> {
    if routes.iter().any(|route| comes_to(route, project_id)) {
        return Ok(());
    }
    let meant = match routes {
        [] => return Ok(()),
        [only] => only.contract().id,
        [first, rest @ ..] => {
            let service = first.contract().service;
            let is_one = rest.iter().all(|route| std::ptr::eq(route.contract().service, service));
            if is_one { service.name } else { "what is meant" }
        }
    };
    let reason = if project_id.is_empty() {
        format!("{meant} belongs to projects: no request for it comes to {ACCOUNT}")
    } else {
        format!("{meant} belongs to {ACCOUNT}: no request for it comes to a project's world")
    };
    Err(ControlError::bad(reason))
}

/// Why a word is refused, and the one that was probably meant; all of them where they are few.
pub fn unknown<'k>(
    what: &str,
    word: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> ControlError {
    unknown_of(what, word, known, "")
}

/// The same; where they are many, `elsewhere` says where all are listed.
fn unknown_of<'k>(
    what: &str,
    word: &str,
    known: impl IntoIterator<Item = &'k str>,
    elsewhere: &str,
) -> ControlError {
    let known = each_once(known);
    let mut meant = did_you_mean(word, known.iter().copied());
    if meant.is_empty() && known.len() <= FEW {
        meant = format!("; there are {}", known.join(", "));
    } else if meant.is_empty() && !elsewhere.is_empty() {
        meant = format!("; {elsewhere}");
    }
    ControlError::bad(format!("there is no {what} {}{meant}", shown(word)))
}

/// Words in their order, each once.
pub fn each_once<'k>(words: impl IntoIterator<Item = &'k str>) -> Vec<&'k str> {
    let mut once = Vec::new();
    for word in words {
        if !once.contains(&word) {
            once.push(word);
        }
    }
    once
}
