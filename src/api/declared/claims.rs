//! Which service's a request is, on a path that several services have.

use super::declaration::Declaration;
use crate::cloud::{Instance, State};
use crate::contract::Engine;
use crate::contract::check::Sent;
use crate::contract::json::Json;

/// How a declaration says which requests on a shared path are its own.
#[derive(Debug)]
pub enum Claims {
    /// A parameter has one of these words; a dot leads to a member of it.
    Words(&'static str, &'static [&'static str]),
    /// A parameter has an id of the service.
    Id(Box<str>),
    /// It is a list of the service's instances.
    Instances,
    /// None is: only the host leads to it.
    Nothing,
}

/// Whether a request is for an operation: as its declaration says, or else by the ids in it, of which
/// those that are not TaurusDB's are `GeminiDB`'s.
pub fn claims(declaration: &Declaration, sent: &Sent<'_>, state: &State) -> bool {
    let is_taurusdb = match &declaration.claims {
        Some(Claims::Words(place, words)) => {
            let found = text_at(place, sent);
            return found.is_some_and(|text| words.contains(&text));
        }
        Some(Claims::Id(place)) => text_at(place, sent).is_some_and(ends_as_taurusdb),
        Some(Claims::Instances) => claims_instances(sent, state),
        Some(Claims::Nothing) => return false,
        None => {
            let mut ids = sent.path.iter().chain(&sent.query);
            ids.any(|(_, value)| value.as_text().is_some_and(|id| is_of_taurusdb(id, id, state)))
        }
    };
    match declaration.contract.service.name {
        "TaurusDB" => is_taurusdb,
        "GeminiDB" => !is_taurusdb,
        _ => true,
    }
}

/// The text at a place of the query or the body.
fn text_at<'s>(place: &str, sent: &'s Sent<'_>) -> Option<&'s str> {
    let mut parts = place.split('.');
    let first = parts.next()?;
    let (_, found) = sent.query.iter().chain(&sent.body).find(|(name, _)| name == first)?;
    let found = parts.try_fold(found, |value, part| match value {
        Json::Object(members) => {
            members.iter().find(|(name, _)| name == part).map(|(_, value)| value)
        }
        _ => None,
    });
    found?.as_text()
}

/// Whether an id is TaurusDB's: that of an instance which is known, or else by the end of its text.
fn is_of_taurusdb(id: &str, text: &str, state: &State) -> bool {
    let known = state.instances.get(id).map(|instance| instance.engine == Engine::TaurusDb);
    known.unwrap_or_else(|| ends_as_taurusdb(text))
}

/// Whether an id ends as those of TaurusDB's instances, nodes, parameter templates and backups do.
fn ends_as_taurusdb(id: &str) -> bool {
    ["in07", "no07", "pr07", "br07"].iter().any(|end| id.ends_with(end))
}

/// Whether a list of instances that `GeminiDB` and TaurusDB have at one path is TaurusDB's: by the
/// engine, the id or the name that it asks for. One that asks for nothing is TaurusDB's where there
/// is an instance of it: `GeminiDB`'s clients say how many they want.
fn claims_instances(sent: &Sent<'_>, state: &State) -> bool {
    let asked = |wanted: &str| {
        let found = sent.query.iter().find(|(name, _)| name == wanted);
        found.and_then(|(_, value)| value.as_text())
    };
    let is_taurusdb = |instance: &Instance| instance.engine == Engine::TaurusDb;
    let mut instances = state.instances.values();
    if let Some(engine) = asked("datastore_type") {
        return engine == "gaussdb-mysql";
    }
    if let Some(id) = asked("id") {
        return is_of_taurusdb(id, id.trim_start_matches('*'), state);
    }
    if let Some(name) = asked("name") {
        let part = name.trim_start_matches('*');
        return instances.find(|one| one.name.contains(part)).is_some_and(is_taurusdb);
    }
    sent.query.is_empty() && instances.any(is_taurusdb)
}
