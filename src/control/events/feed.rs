//! The events of one stream, poll by poll.

use super::requests::SentRequests;
use super::sent::{Difference, SentDocument, SentList};
use crate::app::App;
use crate::control::{clock, faults, report, resources};
use crate::error::control::ControlError;
use crate::lint::Lint;
use crate::project_id::{path_name, project_id};
use crate::worlds::WorldCell;
use serde::Serialize;
use serde_json::json;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

/// How many worlds are listed at most: the newest.
const MOST_WORLDS: usize = 1_000;

/// Reports take the longest, so only one poll in so many makes them.
const POLLS_FOR_A_REPORT: u32 = 3;

/// The state of one stream.
#[derive(Debug)]
pub struct Feed {
    pub app: Arc<App>,
    world: Option<String>,
    service: SentDocument,
    worlds: SentList,
    world_count: SentDocument,
    findings: HashMap<u64, Findings>,
    clock: SentDocument,
    faults: SentDocument,
    report: SentDocument,
    resources: SentList,
    resource_counts: SentDocument,
    requests: SentRequests,
    /// The API's URL, as the client of the stream reaches it.
    api: String,
    polls: u32,
}

/// How many findings a world had when its next request was to have this number.
#[derive(Clone, Copy, Debug)]
struct Findings {
    number: u64,
    count: usize,
}

/// A world in short.
#[derive(Debug, Serialize)]
struct World {
    project_id: String,
    label: Option<Box<str>>,
    /// The higher, the later it was made.
    made: u64,
    requests: u64,
    under_way: usize,
    refused: u64,
    failed: u32,
    findings: usize,
}

impl Feed {
    /// A stream of the list of worlds and, if one is named, of what is in that world.
    pub fn new(app: Arc<App>, world: Option<String>, host: Option<&str>) -> Self {
        // Where control has a port of its own, the API is elsewhere.
        let host = host.filter(|_| app.guard.port.is_none());
        let api = format!("{}://{}", app.transport.scheme(), app.guard.reached_by(host));
        Self {
            app,
            world,
            api,
            service: SentDocument::default(),
            worlds: SentList::default(),
            world_count: SentDocument::default(),
            findings: HashMap::new(),
            clock: SentDocument::default(),
            faults: SentDocument::default(),
            report: SentDocument::default(),
            resources: SentList::default(),
            resource_counts: SentDocument::default(),
            requests: SentRequests::default(),
            polls: 0,
        }
    }

    /// Whether there is more to send at once.
    pub fn has_more(&self) -> bool {
        self.requests.has_more()
    }

    /// What has changed since the last poll, as events.
    pub fn changes(&mut self) -> String {
        let mut events = String::new();
        self.add_service(&mut events);
        self.add_worlds(&mut events);
        if let Some(project) = self.world.clone() {
            // It fails only for a malformed project ID, which was refused before.
            let _ = self.add_world(&project, &mut events);
        }
        self.polls = self.polls.wrapping_add(1);
        events
    }

    fn add_service(&mut self, events: &mut String) {
        let service = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "auth": self.app.auth.name(),
            "seed": self.app.worlds.settings().seed,
            "api": self.api,
        });
        add(events, "service", self.service.changes(&service));
    }

    fn add_worlds(&mut self, events: &mut String) {
        let known_worlds = &self.app.worlds;
        let known = |id: Box<str>| Some((known_worlds.known_world(&id)?, id));
        let mut cells: Vec<_> = known_worlds.project_ids().into_iter().filter_map(known).collect();
        let count = cells.len();
        cells.sort_unstable_by_key(|(cell, _)| Reverse(cell.made()));
        cells.truncate(MOST_WORLDS);
        let mut worlds = Vec::with_capacity(cells.len());
        for (cell, id) in &cells {
            let world = self.summary(cell, id);
            worlds.push((world.project_id.clone(), world));
        }
        let is_known = |made: &u64| cells.iter().any(|(cell, _)| cell.made() == *made);
        if self.findings.len() > cells.len() {
            self.findings.retain(|made, _| is_known(made));
        }
        let difference = self.worlds.changes(worlds);
        let is_other_count = self.world_count.changes(&count).is_some();
        if is_other_count || !difference.is_empty() {
            add(events, "worlds", Some(Counted { count, difference }));
        }
    }

    fn summary(&mut self, cell: &WorldCell, id: &str) -> World {
        let mut world = cell.lock();
        let now = world.state.clock.now();
        world.state.timeline.catch_up(now);
        let number = world.journal.next_number();
        let known = self.findings.get(&cell.made()).copied();
        let findings = known.filter(|known| known.number == number || !self.is_time_for_reports());
        let findings = findings.unwrap_or_else(|| Findings {
            number,
            count: Lint::of(&world.journal).findings(now).len(),
        });
        self.findings.insert(cell.made(), findings);
        World {
            project_id: path_name(id).to_owned(),
            label: world.label.clone(),
            made: cell.made(),
            requests: cell.requests(),
            under_way: world.state.timeline.under_way().count(),
            refused: world.journal.refused(),
            failed: world.state.timeline.failures(),
            findings: findings.count,
        }
    }

    fn add_world(&mut self, project: &str, events: &mut String) -> Result<(), ControlError> {
        let app = Arc::clone(&self.app);
        add(events, "clock", self.clock.changes(&clock::show(&app, project)?));
        for batch in self.requests.changes(app.worlds.known_world(project_id(project)?)) {
            add(events, "requests", Some(batch));
        }
        let resources::List { counts, resources } = resources::list(&app, project)?;
        let is_other_count = self.resource_counts.changes(&counts).is_some();
        let keyed = resources.into_iter().map(|shown| (shown.key.clone(), shown));
        let difference = self.resources.changes(keyed);
        if is_other_count || !difference.is_empty() {
            add(events, "resources", Some(Counted { count: counts, difference }));
        }
        add(events, "faults", self.faults.changes(&faults::list(&app, project)?));
        if self.is_time_for_reports() {
            add(events, "report", self.report.changes(&report::report(&app, project)?));
        }
        Ok(())
    }

    fn is_time_for_reports(&self) -> bool {
        self.polls.is_multiple_of(POLLS_FOR_A_REPORT)
    }
}

/// What differs in a list, and how many it has.
#[derive(Debug, Serialize)]
struct Counted<T> {
    count: T,
    #[serde(flatten)]
    difference: Difference,
}

/// Adds an event, if there is one.
fn add(events: &mut String, name: &str, data: Option<impl Serialize>) {
    let Some(Ok(data)) = data.map(|data| serde_json::to_string(&data)) else { return };
    // JSON has no line break of its own, so an event is two lines.
    let _ = write!(events, "event: {name}\ndata: {data}\n\n");
}
