//! One request's view of its project: the world, the moment, and what is noticed on the way.

use super::assumed::{FAIL_REASON, FAIL_REASON_OF_A_TEST};
use super::ids::{IdKind, ReservedId};
use super::job::{Job, JobKind};
use super::lifecycle::{Execution, Lifecycle, Outcome};
use super::timeline::Activity;
use super::{Access, Instance, Records, Scope, Settings, State, ids};
use crate::clock::Moment;
use crate::contract::{Class, Contract, Engine, InstanceKind, Level, Violation};
use crate::error::{Refusal, Resource};
use crate::text;
use crate::text::language::Language;
use std::sync::Arc;
use uuid::Uuid;

/// One request's view of its project.
///
/// What it adopts is kept aside until the operation has succeeded, so a refused request leaves
/// nothing behind.
#[derive(Debug)]
pub struct RequestContext<'w> {
    /// The state that the operation works on.
    pub state: &'w mut State,
    /// The moment of the request; one for the whole of it.
    pub now: Moment,
    /// What all worlds have in common.
    pub settings: &'w Settings,
    /// The account, the caller and the address that the request was sent to.
    pub access: Access<'w>,
    warnings: Vec<Warning>,
    adopted: Vec<Instance>,
    contract: &'static Contract,
    reserved_outcome: ReservedOutcome,
    plan: Option<Plan>,
    /// How long what the request starts takes, in milliseconds, unless a test has planned it.
    job_milliseconds: u32,
    /// The activities that the request has started; everything it starts joins the last one.
    activities: Vec<Activity>,
    /// Activities that the request has ended early, and whether they were under way.
    cut_short: Vec<(u32, bool)>,
    /// Whether the next start begins another activity, as it does for each item of a batch.
    begins_activity: bool,
    /// Whether all was already as the request wants it.
    unchanged: bool,
    /// The key of its world and its number there, which its id follows from.
    request: (u64, u64),
}

/// The outcome that a reserved id in the request gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ReservedOutcome {
    /// There is no reserved id.
    #[default]
    None,
    /// What the request starts fails.
    Failure,
    /// What it starts stays in progress.
    NoEnd,
}

/// The outcome that a test has planned for what the request starts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// How it ends.
    pub outcome: Outcome,
    /// Where it is held until it is released, in percent.
    pub hold: Option<u8>,
    /// How long it takes, in milliseconds, if not the usual time.
    pub milliseconds: Option<u32>,
    /// What it says if it fails.
    pub reason: Option<Box<str>>,
    /// The fault rule that planned it.
    pub rule: Option<Arc<str>>,
}

/// What a request left behind.
#[derive(Debug, Default)]
pub struct Effects {
    /// Oddities that were let pass.
    pub warnings: Vec<Warning>,
    /// Instances that became known.
    pub adopted: Vec<Box<str>>,
    /// What was started.
    pub activities: Vec<Activity>,
    /// What was cut short, and whether it was under way.
    pub cut_short: Vec<(u32, bool)>,
    /// Whether all was already as the request wants it.
    pub unchanged: bool,
}

/// An oddity that was let pass.
#[derive(Clone, Debug)]
pub struct Warning {
    pub class: Class,
    /// What it was, in English.
    pub message: String,
}

impl Warning {
    /// Of a violation that is let pass.
    pub fn of(violation: &Violation) -> Self {
        let message = violation.say(Language::English);
        Self { class: violation.rule.class(), message }
    }

    /// Of a world that was forgotten for another one.
    pub fn of_world(project_id: &str, most: usize) -> Self {
        let message = format!(
            "the world of {project_id} was forgotten: there are at most {most} (--max-worlds), and \
             it was used longest ago"
        );
        Self { class: Class::Resources, message }
    }

    /// Of records that were forgotten for others.
    pub fn of_records(number: usize, most: usize) -> Self {
        let message = format!(
            "{number} finished jobs, tasks or backups were forgotten, the oldest: a world keeps at \
             most {most} of each (--max-jobs)"
        );
        Self { class: Class::Resources, message }
    }
}

impl<'w> RequestContext<'w> {
    /// The view of a request that arrives now.
    pub fn new(
        state: &'w mut State,
        access: Access<'w>,
        contract: &'static Contract,
        now: Moment,
    ) -> Self {
        let settings = access.account.settings();
        state.settle_records(now);
        Self {
            state,
            now,
            settings,
            access,
            warnings: Vec::new(),
            adopted: Vec::new(),
            contract,
            reserved_outcome: ReservedOutcome::None,
            plan: None,
            job_milliseconds: settings.job_milliseconds,
            activities: Vec::new(),
            cut_short: Vec::new(),
            begins_activity: true,
            unchanged: false,
            request: (0, 0),
        }
    }

    /// Says which request it is: the key of its world, and its number there.
    pub fn of_request(&mut self, key: u64, ordinal: u64) {
        self.request = (key, ordinal);
    }

    /// The id of the request, as its answer has it in `X-Request-Id`.
    pub fn request_id(&self) -> String {
        let (key, ordinal) = self.request;
        ids::request_id(key, ordinal)
    }

    /// Applies a plan and a duration to what the request will start.
    pub fn plan(&mut self, plan: Option<Plan>, job_milliseconds: Option<u32>) {
        self.plan = plan;
        self.job_milliseconds = job_milliseconds.unwrap_or(self.job_milliseconds);
    }

    /// Ends the request. What it adopted and started is kept if it succeeded.
    pub fn finish(self, succeeded: bool) -> Effects {
        let unchanged = self.unchanged;
        let mut effects = Effects { warnings: self.warnings, unchanged, ..Effects::default() };
        if !succeeded {
            return effects;
        }
        for instance in self.adopted {
            effects.adopted.push(instance.id.clone());
            self.state.instances.insert(instance.id.clone(), instance);
        }
        for activity in &self.activities {
            if let Some(plan) = self.plan.as_ref().filter(|plan| plan.outcome != Outcome::Succeeds)
            {
                let reason = plan.reason.as_deref().unwrap_or(FAIL_REASON_OF_A_TEST);
                self.state.timeline.give_reason(activity.run.activity, reason);
            }
            if let Some(rule) = self.plan.as_ref().and_then(|plan| plan.rule.as_ref()) {
                self.state.timeline.note_planner(activity.run.activity, Arc::clone(rule));
            }
            self.state.timeline.begin(activity.clone(), self.now);
        }
        (effects.activities, effects.cut_short) = (self.activities, self.cut_short);
        effects
    }

    /// Makes room for a record that this request makes.
    pub fn make_room(&mut self, records: Records) -> Result<(), Refusal> {
        let forgotten = self.state.make_room(records, self.now, self.access.account)?;
        if forgotten > 0 {
            self.warnings.push(Warning::of_records(forgotten, self.settings.max_jobs));
        }
        Ok(())
    }

    /// Cuts something short, or does away with it.
    pub fn cut_short(&mut self, activity: u32) {
        let was_under_way = self.state.cut_short(activity);
        self.cut_short.push((activity, was_under_way));
    }

    /// Notes that an activity without an end of its own was ended.
    pub fn ended(&mut self, activity: u32) {
        self.cut_short.push((activity, true));
    }

    /// Notes that everything already is as the request wants it.
    pub fn leave_unchanged(&mut self) {
        self.unchanged = true;
    }

    /// Says something about what was done.
    pub fn warn(&mut self, message: &str) {
        self.warnings.push(Warning { class: Class::Resources, message: message.to_owned() });
    }

    /// Applies a rule of the class `resources`: refuses, warns, or lets pass.
    pub fn refuse_or_warn(&mut self, refusal: Refusal) -> Result<(), Refusal> {
        self.refuse_or_warn_with(refusal, |refusal| refusal.message(Language::English))
    }

    /// The same, with words of its own for the warning.
    pub fn refuse_or_warn_with(
        &mut self,
        refusal: Refusal,
        message: impl FnOnce(&Refusal) -> String,
    ) -> Result<(), Refusal> {
        match self.settings.strictness.resources {
            Level::Enforce => return Err(refusal),
            Level::Warn => {
                self.warnings.push(Warning { class: Class::Resources, message: message(&refusal) });
            }
            Level::Off => {}
        }
        Ok(())
    }

    /// Finds the instance that a parameter names, or adopts it as what the parameter wants.
    pub fn instance_or_adopt(
        &mut self,
        id: &str,
        wanted: &'static [InstanceKind],
    ) -> Result<(), Refusal> {
        self.apply_reserved_id(id, Resource::Instance)?;
        if let Some(known) = self.known_instance(id) {
            if known.is_any_of(wanted) {
                return Ok(());
            }
            return Err(Refusal::WrongEngine { id: id.to_owned(), is: known.describe(), wanted });
        }
        let guess = Engine::guess(id);
        let fitting = wanted.iter().find(|kind| Some(kind.engine) == guess);
        if let (Some(guess), None) = (guess, fitting) {
            let is = guess.name().to_owned();
            self.refuse_or_warn(Refusal::WrongEngine { id: id.to_owned(), is, wanted })?;
        }
        let kind = *fitting.unwrap_or(&wanted[0]);
        let unknown = Refusal::NotFound { resource: Resource::Instance, id: id.to_owned() };
        self.refuse_or_warn_with(unknown, |_| {
            format!("instance {} is not known; adopted as {}", text::shown(id), kind.name)
        })?;
        self.adopted.push(Instance::adopted(id, kind, self.now));
        Ok(())
    }

    /// Finds an instance that has to be known.
    pub fn instance(&mut self, id: &str) -> Result<&Instance, Refusal> {
        self.apply_reserved_id(id, Resource::Instance)?;
        let unknown = || Refusal::NotFound { resource: Resource::Instance, id: id.to_owned() };
        self.state.instances.get(id).ok_or_else(unknown)
    }

    /// An instance that is known, or that this request has adopted.
    fn known_instance(&self, id: &str) -> Option<&Instance> {
        let adopted = || self.adopted.iter().find(|adopted| *adopted.id == *id);
        self.state.instances.get(id).or_else(adopted)
    }

    fn adopted_mut(&mut self, id: &str) -> Option<&mut Instance> {
        self.adopted.iter_mut().find(|adopted| *adopted.id == *id)
    }

    /// The name of an instance, also of one that is gone.
    pub fn instance_name(&self, id: &str) -> &str {
        let gone = || self.state.records.name_of_gone(id).unwrap_or_default();
        self.known_instance(id).map_or_else(gone, |instance| &instance.name)
    }

    /// Names the instance that this request adopted, where it sent a name for it.
    pub fn name_adopted(&mut self, id: &str, name: &str) {
        if let Some(adopted) = self.adopted_mut(id) {
            name.clone_into(&mut adopted.name);
        }
    }

    /// Says in which region the instance is that this request adopted.
    pub fn place_adopted(&mut self, id: &str, region: &str) {
        if let Some(adopted) = self.adopted_mut(id) {
            adopted.region = Some(region.into());
        }
    }

    /// Says beside which TaurusDB instance a ClickHouse instance stands: the first one that it follows.
    pub fn stand_beside(&mut self, id: &str, taurusdb_id: &str) {
        let adopted = self.adopted.iter_mut().find(|adopted| *adopted.id == *id);
        if let Some(instance) = adopted.or_else(|| self.state.instances.get_mut(id)) {
            instance.taurusdb_id.get_or_insert_with(|| taurusdb_id.into());
        }
    }

    /// The region of an instance: where the emulated endpoints stand, unless it was said.
    pub fn region_of<'i>(&'i self, instance: &'i Instance) -> &'i str {
        instance.region.as_deref().unwrap_or(&self.settings.region)
    }

    /// The primary node of an instance.
    pub fn primary_node(&self, id: &str) -> String {
        self.known_instance(id).map_or_else(String::new, Instance::primary_node)
    }

    /// Applies a reserved id: refuses, or decides how what the request starts will end.
    pub fn apply_reserved_id(&mut self, id: &str, resource: Resource) -> Result<(), Refusal> {
        match ReservedId::of(id) {
            None => Ok(()),
            Some(ReservedId::Missing) => Err(Refusal::NotFound { resource, id: id.to_owned() }),
            Some(ReservedId::Forbidden) => Err(Refusal::Forbidden { id: id.to_owned() }),
            Some(ReservedId::Busy) => Err(Refusal::Busy { id: id.to_owned() }),
            Some(ReservedId::Broken) => {
                Err(Refusal::Internal { cause: format!("{} asked for it", text::shown(id)) })
            }
            Some(ReservedId::Doomed) => {
                self.reserved_outcome = ReservedOutcome::Failure;
                Ok(())
            }
            Some(ReservedId::Endless) => {
                self.reserved_outcome = ReservedOutcome::NoEnd;
                Ok(())
            }
        }
    }

    /// Does one item of a batch: what it starts is an activity of its own, and a reserved id in it
    /// does not affect the other items.
    pub fn in_own_activity<T, E>(
        &mut self,
        act: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let (reserved_outcome, before) = (self.reserved_outcome, self.activities.len());
        self.begins_activity = true;
        let done = act(self);
        if done.is_err() {
            self.activities.truncate(before);
        }
        (self.reserved_outcome, self.begins_activity) = (reserved_outcome, true);
        done
    }

    /// The execution of what this request starts. Everything it starts shares one, so that it ends
    /// together, as a reserved id or a test's plan says.
    pub fn activity(&mut self) -> Execution {
        self.current_activity().run
    }

    /// The same execution, for a resource that goes through this lifecycle.
    pub fn start(&mut self, lifecycle: &'static Lifecycle, id: impl Into<Arc<str>>) -> Execution {
        #[cfg(test)]
        super::failpoint::pass(&self.state.project_id, "operation");
        let activity = self.current_activity();
        if activity.resource.is_none() {
            activity.resource = Some((id.into(), lifecycle));
        }
        activity.run
    }

    /// Starts something that succeeds whatever reserved ids and plans say.
    pub fn start_undisturbed(&mut self, lifecycle: &'static Lifecycle, id: &str) -> Execution {
        let (reserved_outcome, plan) =
            (std::mem::take(&mut self.reserved_outcome), self.plan.take());
        let run = self.start(lifecycle, id);
        (self.reserved_outcome, self.plan) = (reserved_outcome, plan);
        run
    }

    pub fn start_job(&mut self, kind: &'static JobKind, instance_id: &str) -> Uuid {
        let State { ids, jobs, .. } = &mut *self.state;
        let id = ids.next(IdKind::Job, |id| jobs.get(id).is_some());
        let activity = self.current_activity();
        activity.job = Some((id, kind.lifecycle));
        let run = activity.run;
        self.state.jobs.insert(Job { id, kind, instance_id: instance_id.into(), run });
        id
    }

    fn current_activity(&mut self) -> &mut Activity {
        if std::mem::take(&mut self.begins_activity) {
            let already = u32::try_from(self.activities.len()).unwrap_or(u32::MAX);
            let number = self.state.timeline.next_number().wrapping_add(already);
            let run = self.execution(number);
            let contract = self.contract;
            self.activities.push(Activity { contract, job: None, resource: None, run });
        }
        self.activities.last_mut().expect("one was begun")
    }

    /// The execution of an activity: as a test has planned it, or else as a reserved id says.
    fn execution(&self, number: u32) -> Execution {
        let usual = self.job_milliseconds;
        let start = |milliseconds, outcome| Execution::new(number, self.now, milliseconds, outcome);
        match (&self.plan, self.reserved_outcome) {
            (Some(plan), _) => {
                let run = start(plan.milliseconds.unwrap_or(usual), plan.outcome);
                plan.hold.map_or(run, |percent| run.held_at(percent))
            }
            (None, ReservedOutcome::None) => start(usual, Outcome::Succeeds),
            (None, ReservedOutcome::Failure) => start(usual, Outcome::FAILS),
            (None, ReservedOutcome::NoEnd) => start(usual, Outcome::Succeeds).endless(),
        }
    }

    /// Why something failed.
    pub fn reason(&self, run: &Execution) -> &str {
        self.state.timeline.reason(run.activity).unwrap_or(FAIL_REASON)
    }

    /// Multiplies the duration of what the request starts, unless a test has planned it.
    pub fn take_times(&mut self, times: u32) {
        self.job_milliseconds = self.job_milliseconds.saturating_mul(times);
    }

    pub fn new_record_id(&mut self) -> Uuid {
        let State { ids, records, .. } = &mut *self.state;
        ids.next(IdKind::Record, |id| records.has(id))
    }

    /// The id that the next record is to get.
    pub fn next_record_id(&self) -> Uuid {
        self.state.ids.peek(IdKind::Record)
    }

    /// A new id for a memory mapping.
    pub fn new_mapping_id(&mut self) -> Uuid {
        let State { ids, memory_mappings, .. } = &mut *self.state;
        ids.next(IdKind::Mapping, |id| memory_mappings.contains(id))
    }

    /// A new id for a rule of a memory mapping.
    pub fn new_rule_id(&mut self) -> Uuid {
        let State { ids, memory_rules, .. } = &mut *self.state;
        ids.next(IdKind::MemoryRule, |id| memory_rules.mapping_of(id).is_some())
    }

    /// A new id for a migration task.
    pub fn new_task_id(&mut self) -> Uuid {
        let State { ids, migration_tasks, .. } = &mut *self.state;
        ids.next(IdKind::MigrationTask, |id| migration_tasks.contains(id))
    }

    /// What the clock of a token's scope shows.
    pub fn now_in(&self, scope: &Scope) -> Moment {
        match scope.project_id() {
            // The account's own world is the one that is locked.
            None => self.now,
            Some(id) => self.access.clocks.now_in(id),
        }
    }

    /// Records an instance that was created here.
    pub fn add_instance(&mut self, id: &str, kind: InstanceKind, name: &str) {
        let instance = Instance { name: name.to_owned(), ..Instance::adopted(id, kind, self.now) };
        self.state.instances.insert(id.into(), instance);
    }

    /// A digest of a secret: equal secrets have equal digests, and nothing else is kept.
    pub fn digest(&self, secret: &str) -> u64 {
        ids::digest(self.settings.seed, secret)
    }

    /// A short stable text for a generated name.
    pub fn tag(text: &str, digits: usize) -> String {
        ids::tag(text, digits)
    }
}
