//! Whose a request on a path that several services have is.

use super::declaration::Declaration;
use crate::cloud::State;
use crate::contract::Engine;
use crate::contract::check::Sent;
use crate::contract::json::Json;

/// The ends of the ids that are TaurusDB's: of instances, nodes, parameter templates and backups.
const OF_TAURUSDB: &[&str] = &["in07", "no07", "pr07", "br07"];

/// Whether a request is for an operation: as its declaration says, or else by the ids in it, of which
/// those that are not TaurusDB's are `GeminiDB`'s.
pub fn claims(declaration: &Declaration, sent: &Sent<'_>, state: &State) -> bool {
    if let Some((place, words)) = &declaration.claims {
        if &**place == "instances" {
            let of_taurusdb = claims_instances(sent, state);
            return of_taurusdb == (declaration.contract.service.name == "TaurusDB");
        }
        let mut parts = place.split('.');
        let first = parts.next().unwrap_or_default();
        let sent = sent.query.iter().chain(&sent.body).find(|(name, _)| name == first);
        let found = parts.try_fold(sent.map(|(_, value)| value), |value, part| match value {
            Some(Json::Object(members)) => {
                Some(members.iter().find(|(name, _)| name == part).map(|(_, value)| value))
            }
            _ => None,
        });
        let text = found.flatten().and_then(Json::as_text);
        if !words.is_empty() {
            return text.is_some_and(|text| words.iter().any(|word| **word == *text));
        }
        let is_taurusdb = text.is_some_and(|id| OF_TAURUSDB.iter().any(|end| id.ends_with(end)));
        return is_taurusdb == (declaration.contract.service.name == "TaurusDB");
    }
    let ids = sent.path.iter().chain(&sent.query).filter_map(|(_, value)| value.as_text());
    let is_taurusdb = ids.into_iter().any(|id| {
        let known = state.instances.get(id).map(|instance| instance.engine == Engine::TaurusDb);
        known.unwrap_or_else(|| OF_TAURUSDB.iter().any(|end| id.ends_with(end)))
    });
    match declaration.contract.service.name {
        "TaurusDB" => is_taurusdb,
        "GeminiDB" => !is_taurusdb,
        _ => true,
    }
}

/// Whether a list of instances that `GeminiDB` and TaurusDB have at one path is TaurusDB's: by the
/// engine, the id or the name that it asks for. One that asks for nothing is TaurusDB's where there
/// is an instance of it: `GeminiDB`'s clients say how many they want.
fn claims_instances(sent: &Sent<'_>, state: &State) -> bool {
    let asked = |wanted: &str| {
        let found = sent.query.iter().find(|(name, _)| name == wanted);
        found.and_then(|(_, value)| value.as_text())
    };
    let is_taurusdb = |engine: Engine| engine == Engine::TaurusDb;
    let of = |fits: &dyn Fn(&crate::cloud::Instance) -> bool| {
        let mut found = state.instances.values().filter(|instance| fits(instance));
        found.next().map(|instance| is_taurusdb(instance.engine))
    };
    if let Some(engine) = asked("datastore_type") {
        return engine == "gaussdb-mysql";
    }
    if let Some(id) = asked("id") {
        let part = id.trim_start_matches('*');
        let known = state.instances.get(id).map(|instance| is_taurusdb(instance.engine));
        return known.unwrap_or_else(|| OF_TAURUSDB.iter().any(|end| part.ends_with(end)));
    }
    if let Some(name) = asked("name") {
        let part = name.trim_start_matches('*');
        return of(&|instance| instance.name.contains(part)).unwrap_or_default();
    }
    sent.query.is_empty() && state.instances.values().any(|one| is_taurusdb(one.engine))
}
