//! The world that a request is in, and its number there.

use crate::clock::Stamp;
use crate::cloud::{State, Warning};
use crate::contract::Contract;
use crate::contract::check::{Members, Sent};
use crate::contract::json::Json;
use crate::error::Refusal;
use crate::journal::{RequestRecord, ShownBody, are_open};
use crate::operation::Route;
use crate::worlds::{WorldCell, Worlds};
use axum::http::Method;
use std::sync::Arc;

/// The world that a request is in. One whose project has no world yet is in none until it is let
/// in; if it is refused before, it belongs to the account.
#[derive(Debug)]
pub struct Visit<'r> {
    worlds: &'r Worlds,
    method: &'r Method,
    /// The operations that it may be for.
    routes: &'static [Route],
    place: Option<Place>,
}

/// A request's place in the journal of a world, where it counts as in flight until it is recorded.
#[derive(Debug)]
pub struct Place {
    /// The world.
    pub cell: Arc<WorldCell>,
    /// Its number there.
    pub ordinal: u64,
    /// When it arrived, on the world's clock.
    pub at: Stamp,
    /// Whether it is in the journal.
    pub is_recorded: bool,
}

impl Place {
    fn take(cell: Arc<WorldCell>, method: &Method, routes: &'static [Route]) -> Self {
        let ordinal = cell.next_request();
        let at = {
            let mut world = cell.lock();
            world.journal.in_flight.begin(ordinal, method.clone(), routes);
            Stamp::at(world.state.clock.now())
        };
        Self { cell, ordinal, at, is_recorded: false }
    }
}

/// A request that is given up before its answer gets no entry and is no longer in flight.
impl Drop for Place {
    fn drop(&mut self) {
        if !self.is_recorded {
            self.cell.lock().journal.in_flight.end(self.ordinal);
        }
    }
}

impl<'r> Visit<'r> {
    /// Takes a place in the world of a project, if that has one.
    pub fn begin(
        worlds: &'r Worlds,
        project_id: &str,
        method: &'r Method,
        routes: &'static [Route],
    ) -> Self {
        #[cfg(test)]
        crate::cloud::failpoint::pass(project_id, "begin");
        let known = match project_id {
            "" => Some(worlds.world("")),
            id => worlds.known_world(id),
        };
        let place = known.map(|cell| Place::take(cell, method, routes));
        Self { worlds, method, routes, place }
    }

    /// Lets the request into the world of its project, which is made if there is room for it.
    pub fn enter(&mut self, project_id: &str, record: &mut RequestRecord) -> Result<(), Refusal> {
        if let Some(place) = &self.place {
            self.worlds.use_now(&place.cell);
            return Ok(());
        }
        let entered = self.worlds.enter(project_id)?;
        if let Some(id) = entered.evicted {
            let most = self.worlds.world_settings().max_worlds;
            record.warnings.push(Warning::of_world(&id, most));
        }
        self.place = Some(Place::take(entered.cell, self.method, self.routes));
        Ok(())
    }

    /// Moves a request about orders, whose path names no project, to the world of the project that
    /// its header names, or else of what it names itself.
    pub fn follow(&mut self, project_id: Option<&str>, sent: &Sent<'_>) {
        let found = match project_id {
            Some(id) => self.worlds.known_world(id),
            None => self.world_of(sent),
        };
        if let Some(cell) = found {
            self.worlds.use_now(&cell);
            self.place = Some(Place::take(cell, self.method, self.routes));
        }
    }

    /// The world that has what a request names.
    fn world_of(&self, sent: &Sent<'_>) -> Option<Arc<WorldCell>> {
        let mut ids = Vec::new();
        for (_, value) in sent.path.iter().chain(&sent.body) {
            match value {
                Json::List(values) => ids.extend(values.iter().filter_map(Json::as_text)),
                value => ids.extend(value.as_text()),
            }
        }
        self.worlds.find(|world| {
            let State { records, instances, .. } = &world.state;
            ids.iter().any(|id| records.knows(id) || instances.contains_key(*id))
        })
    }

    /// The request's place; in the account's world if the request was not let into any.
    pub fn place(&mut self) -> &mut Place {
        let (worlds, method, routes) = (self.worlds, self.method, self.routes);
        self.place.get_or_insert_with(|| Place::take(worlds.world(""), method, routes))
    }

    /// A body as the journal will show it, where its contract has secrets.
    pub fn show_body(&mut self, contract: &Contract, members: &Members<'_>) -> ShownBody {
        if members.is_empty() || are_open(contract.body) {
            return ShownBody::Unread;
        }
        self.place().cell.lock().journal.show_body(contract, members)
    }

    pub fn request_id(&mut self) -> String {
        let place = self.place();
        place.cell.request_id(place.ordinal)
    }
}
