//! What is under way in a world, in the order in which it ends.
//!
//! Statuses are computed from executions and need no timeline. It serves control calls: they advance
//! the clock to the next event, report what became due, and steer what has not ended yet. They go
//! through all that is under way; a request for an operation only adds to it. Activities that have ended
//! leave it, so its length does not grow with what has been done; the latest of them are remembered,
//! for calls that look up how one ended.

use super::lifecycle::{Execution, Lifecycle, Outcome, Phase};
use crate::clock::Moment;
use crate::contract::Contract;
use serde::Serialize;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use uuid::Uuid;

/// What one request started.
#[derive(Clone, Debug)]
pub struct Activity {
    /// The operation that was called.
    pub contract: &'static Contract,
    /// The job that clients were told of, with its statuses.
    pub job: Option<(Uuid, &'static Lifecycle)>,
    /// What the job works on, or what is told of without a job, with its statuses.
    pub resource: Option<(Arc<str>, &'static Lifecycle)>,
    /// When it began and how it will end; every copy of it has this activity's number.
    pub run: Execution,
}

/// An id that a client sends, parsed once to be compared with many.
#[derive(Debug)]
pub struct Called<'i> {
    id: &'i str,
    uuid: Option<Uuid>,
}

impl<'i> Called<'i> {
    /// The id as it was sent.
    pub fn by(id: &'i str) -> Self {
        Self { id, uuid: Uuid::try_parse(id).ok() }
    }

    /// Whether it is this id, be it written with dashes or without, or in capitals.
    fn is(&self, id: &str) -> bool {
        id == self.id || self.uuid.is_some() && Uuid::try_parse(id).ok() == self.uuid
    }
}

/// Something that became due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Due {
    /// When, on the world's clock.
    pub at: String,
    /// The operation that started it.
    pub operation: &'static str,
    /// The job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<Uuid>,
    /// Its status since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_status: Option<&'static str>,
    /// What the job works on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<Arc<str>>,
    /// Its status since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_status: Option<&'static str>,
    /// Whether it is held since then, until it is released.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
}

impl Activity {
    /// The lifecycles that its statuses are of: the job's, and that of what the job works on.
    pub fn lifecycles(&self) -> impl Iterator<Item = &'static Lifecycle> {
        let job = self.job.as_ref().map(|(_, lifecycle)| *lifecycle);
        job.into_iter().chain(self.resource.as_ref().map(|(_, lifecycle)| *lifecycle))
    }

    /// Its statuses: the job's, and that of what the job works on.
    pub fn phases(&self, now: Moment) -> impl Iterator<Item = Phase> {
        self.lifecycles().map(move |lifecycle| lifecycle.phase(&self.run, now))
    }

    /// Whether a client that sends this id means it.
    pub fn is_called(&self, called: &Called<'_>) -> bool {
        self.job.is_some_and(|(job, _)| called.uuid == Some(job))
            || self.resource.as_ref().is_some_and(|(resource, _)| called.is(resource))
    }

    /// The ids that a client can mean it by.
    pub fn ids(&self) -> impl Iterator<Item = String> {
        let job = self.job.map(|(id, _)| id.to_string());
        job.into_iter().chain(self.resource.as_ref().map(|(id, _)| id.to_string()))
    }

    /// The percentage at which a stage of it begins.
    pub fn start_of(&self, stage: &str) -> Option<u8> {
        self.lifecycles().find_map(|lifecycle| lifecycle.start_of(stage))
    }

    /// The names of its stages.
    pub fn stages(&self) -> impl Iterator<Item = &'static str> {
        self.lifecycles().flat_map(|lifecycle| lifecycle.stages).map(|(stage, _)| *stage)
    }

    /// The stage that it is in when so much of its duration is over, in percent: that of what the
    /// job works on, where that has one.
    pub fn stage_at(&self, percent: u8) -> Option<&'static str> {
        self.lifecycles().last().map(|lifecycle| lifecycle.stage_at(percent))
    }

    /// When it ended, if it has.
    pub fn ended(&self, now: Moment) -> Option<Moment> {
        self.phases(now).map(|phase| phase.ended).max().flatten()
    }

    fn next_event(&self, now: Moment) -> Option<Moment> {
        let next = self.lifecycles().filter_map(|lifecycle| lifecycle.next_event(&self.run, now));
        // Going from event to event ends only if each is later than the last.
        next.filter(|next| *next > now).min()
    }

    /// The event at this moment: its next status, or that it is held.
    pub fn due(&self, at: Moment) -> Due {
        let status = |lifecycle: &Lifecycle| lifecycle.phase(&self.run, at).status;
        Due {
            at: at.with_milliseconds(),
            operation: self.contract.id,
            job_id: self.job.map(|(id, _)| id),
            job_status: self.job.map(|(_, lifecycle)| status(lifecycle)),
            resource_id: self.resource.as_ref().map(|(id, _)| id.clone()),
            resource_status: self.resource.as_ref().map(|(_, lifecycle)| status(lifecycle)),
            held: self.run.is_held(at),
        }
    }
}

/// What is under way in a world.
#[derive(Debug, Default)]
pub struct Timeline {
    /// What ends by itself, and when; the first to end comes first.
    running: VecDeque<(Moment, Activity)>,
    /// Those that are held until they are released, or will be.
    held: Vec<Activity>,
    /// Those that ended last, the oldest first.
    ended: VecDeque<Activity>,
    /// How many of those that ended have failed.
    failures: u32,
    /// How many activities there were.
    begun: u32,
    /// The reasons of activities that were made to fail, by their numbers.
    reasons: HashMap<u32, Box<str>>,
    /// The fault rules that planned how these are to end, until they have.
    planners: HashMap<u32, Arc<str>>,
}

/// How many of those that ended are known.
const MOST_ENDED: usize = 1_000;

impl Timeline {
    /// The number of the next activity.
    pub fn next_number(&self) -> u32 {
        self.begun.wrapping_add(1)
    }

    /// Takes up an activity, and forgets those that have ended.
    pub fn begin(&mut self, activity: Activity, now: Moment) {
        self.catch_up(now);
        self.begun = activity.run.activity;
        self.place(activity, now);
    }

    /// The moment of the next event.
    pub fn next_event(&self, now: Moment) -> Option<Moment> {
        self.under_way().filter_map(|activity| activity.next_event(now)).min()
    }

    /// Goes through everything that becomes due after one moment and by another one, in the order
    /// of time.
    pub fn pass(&mut self, from: Moment, to: Moment) -> Vec<Due> {
        let mut events = Vec::new();
        for activity in self.under_way() {
            let mut next = activity.next_event(from);
            while let Some(at) = next.filter(|at| *at <= to) {
                events.push((at, activity));
                next = activity.next_event(at);
            }
        }
        events.sort_by_key(|(at, activity)| (*at, activity.run.activity));
        let due = events.into_iter().map(|(at, activity)| activity.due(at)).collect();
        self.catch_up(to);
        due
    }

    /// Lets go of everything that has ended by now.
    pub fn catch_up(&mut self, now: Moment) {
        while let Some((_, activity)) = self.running.pop_front_if(|(end, _)| *end <= now) {
            self.keep_ended(activity);
        }
    }

    /// What has not ended.
    pub fn under_way(&self) -> impl Iterator<Item = &Activity> {
        self.running.iter().map(|(_, activity)| activity).chain(&self.held)
    }

    /// The same in the order of the next event; held ones come last.
    pub fn by_next_event(&self, now: Moment) -> Vec<&Activity> {
        let mut activities: Vec<_> = self.under_way().collect();
        activities.sort_by_cached_key(|activity| {
            let next = activity.next_event(now);
            (next.is_none(), next, activity.run.activity)
        });
        activities
    }

    /// The activity with this job or resource id; the latest, if there are several.
    pub fn find(&self, id: &str) -> Option<&Activity> {
        let called = Called::by(id);
        self.under_way()
            .filter(|activity| activity.is_called(&called))
            .max_by_key(|activity| activity.run.activity)
    }

    /// Those that ended last.
    pub fn ended(&self) -> impl Iterator<Item = &Activity> {
        self.ended.iter()
    }

    /// The activity that a client means by an id, of those that ended last.
    pub fn find_ended(&self, id: &str) -> Option<&Activity> {
        let called = Called::by(id);
        self.ended.iter().rev().find(|activity| activity.is_called(&called))
    }

    /// Replaces the run of an activity.
    pub fn steer(&mut self, run: Execution, now: Moment) {
        if let Some(activity) = self.take(run.activity) {
            self.place(Activity { run, ..activity }, now);
        }
    }

    /// Forgets an activity, and says whether it was under way.
    pub fn forget(&mut self, activity: u32) -> bool {
        self.forget_planner(activity);
        self.take(activity).is_some()
    }

    /// Forgets activities whose resources are gone; a job outlives what it works on.
    pub fn forget_resources(&mut self, activities: &[u32], now: Moment) {
        if !activities.is_empty() {
            self.catch_up(now);
        }
        for number in activities {
            let running = self.running.iter_mut().map(|(_, activity)| activity);
            let mut under_way = running.chain(&mut self.held);
            let known = under_way.find(|activity| activity.run.activity == *number);
            if let Some(activity) = known.filter(|activity| activity.job.is_some()) {
                activity.resource = None;
            } else {
                self.forget(*number);
            }
        }
    }

    fn take(&mut self, number: u32) -> Option<Activity> {
        let is_it = |activity: &Activity| activity.run.activity == number;
        if let Some(at) = self.held.iter().position(is_it) {
            return Some(self.held.remove(at));
        }
        let at = self.running.iter().position(|(_, activity)| is_it(activity))?;
        self.running.remove(at).map(|(_, activity)| activity)
    }

    /// How many activities failed.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// The number of the latest activity.
    pub fn latest_number(&self) -> u32 {
        self.begun
    }

    /// The reason of an activity that failed.
    pub fn reason(&self, activity: u32) -> Option<&str> {
        self.reasons.get(&activity).map(AsRef::as_ref)
    }

    /// The reason that an activity shows when it fails.
    pub fn give_reason(&mut self, activity: u32, reason: &str) {
        self.reasons.insert(activity, reason.into());
    }

    /// Notes which fault rule has planned how an activity is to end.
    pub fn note_planner(&mut self, activity: u32, rule: Arc<str>) {
        self.planners.insert(activity, rule);
    }

    /// The fault rule that has planned how an activity is to end.
    pub fn planner(&self, activity: u32) -> Option<&Arc<str>> {
        self.planners.get(&activity)
    }

    /// Notes that the activity ends in another way than a rule has planned.
    pub fn forget_planner(&mut self, activity: u32) {
        if !self.planners.is_empty() {
            self.planners.remove(&activity);
        }
    }

    /// The reasons of activities that were made to fail, by their numbers.
    pub fn reasons(&self) -> impl Iterator<Item = (u32, &str)> {
        self.reasons.iter().map(|(activity, reason)| (*activity, reason.as_ref()))
    }

    /// Forgets the reasons of all other activities.
    pub fn keep_reasons(&mut self, stays: impl Fn(u32) -> bool) {
        self.reasons.retain(|activity, _| stays(*activity));
    }

    /// A timeline of a world in which so many activities have begun, of which these have not ended.
    pub fn resumed(
        begun: u32,
        activities: impl IntoIterator<Item = Activity>,
        now: Moment,
    ) -> Self {
        let mut timeline = Self { begun, ..Self::default() };
        activities.into_iter().for_each(|activity| timeline.place(activity, now));
        timeline
    }

    /// Puts an activity where it belongs. One without statuses ends at once.
    fn place(&mut self, activity: Activity, now: Moment) {
        let has_statuses = activity.lifecycles().next().is_some();
        match activity.run.end() {
            Some(end) if has_statuses && end > now => {
                let at = self.running.partition_point(|(other, _)| *other <= end);
                self.running.insert(at, (end, activity));
            }
            None if has_statuses => self.held.push(activity),
            _ => self.keep_ended(activity),
        }
    }

    fn keep_ended(&mut self, activity: Activity) {
        self.forget_planner(activity.run.activity);
        if self.ended.len() >= MOST_ENDED {
            self.ended.pop_front();
        }
        self.failures += u32::from(activity.run.outcome != Outcome::Succeeds);
        self.ended.push_back(activity);
    }
}

#[cfg(test)]
mod tests {
    use super::super::lifecycle::Outcome;
    use super::*;
    use std::time::Duration;

    static JOB: Lifecycle =
        Lifecycle { stages: &[("Running", 1.0)], ends: "Completed", fails: "Failed" };
    static COPY: Lifecycle =
        Lifecycle { stages: &[("Wait", 1.0), ("Full", 3.0)], ends: "Done", fails: "Failed" };

    fn after(milliseconds: u64) -> Moment {
        Moment::from_milliseconds(0).after(Duration::from_millis(milliseconds))
    }

    fn activity(number: u32, started: u64) -> Activity {
        Activity {
            contract: &Contract::BLANK,
            job: Some((Uuid::from_u128(number.into()), &JOB)),
            resource: Some(("copy".into(), &COPY)),
            run: Execution::new(number, after(started), 4_000, Outcome::Succeeds),
        }
    }

    fn due(timeline: &mut Timeline, from: u64, to: u64) -> Vec<(u128, &'static str, &'static str)> {
        let due = timeline.pass(after(from), after(to)).into_iter().map(|due| {
            let job = due.job_id.map_or(0, |id| id.as_u128());
            (job, due.job_status.unwrap(), due.resource_status.unwrap())
        });
        due.collect()
    }

    #[test]
    fn what_is_due_comes_in_the_order_of_time() {
        let mut timeline = Timeline::default();
        timeline.begin(activity(1, 0), after(0));
        timeline.begin(activity(2, 500), after(500));
        assert_eq!(timeline.next_event(after(500)), Some(after(1_000)));
        let expected = [(1, "Running", "Full"), (2, "Running", "Full"), (1, "Completed", "Done")];
        assert_eq!(due(&mut timeline, 500, 4_000), expected);
        assert_eq!(timeline.under_way().count(), 1);
        assert_eq!(due(&mut timeline, 4_000, 4_500), [(2, "Completed", "Done")]);
        assert_eq!((timeline.next_event(after(4_500)), timeline.under_way().count()), (None, 0));
    }

    #[test]
    fn what_stands_still_stays_until_it_is_steered_and_keeps_nothing_else_from_ending() {
        let mut timeline = Timeline::default();
        let mut held = activity(1, 0);
        held.run.hold(after(0));
        let mut run = held.run;
        timeline.begin(held, after(0));
        timeline.begin(activity(2, 0), after(0));
        let expected = [(2, "Running", "Full"), (2, "Completed", "Done")];
        assert_eq!(due(&mut timeline, 0, 60_000), expected);
        assert_eq!((timeline.next_event(after(60_000)), timeline.under_way().count()), (None, 1));
        run.release(after(60_000));
        timeline.steer(run, after(60_000));
        assert_eq!(timeline.next_event(after(60_000)), Some(after(61_000)));
        assert_eq!(due(&mut timeline, 61_000, 64_000), [(1, "Completed", "Done")]);
    }

    #[test]
    fn what_ends_first_comes_first_though_it_began_last() {
        let mut timeline = Timeline::default();
        timeline.begin(activity(1, 0), after(0));
        let run = Execution::new(2, after(500), 1_000, Outcome::Succeeds);
        timeline.begin(Activity { run, ..activity(2, 500) }, after(500));
        let numbers: Vec<_> = timeline.under_way().map(|one| one.run.activity).collect();
        assert_eq!(numbers, [2, 1]);
        timeline.catch_up(after(1_500));
        let numbers: Vec<_> = timeline.under_way().map(|one| one.run.activity).collect();
        assert_eq!(numbers, [1]);
    }

    #[test]
    fn going_through_what_is_due_ends_even_at_the_end_of_time() {
        let mut timeline = Timeline::default();
        let begun = Moment::from_milliseconds(Moment::LAST.milliseconds() - 1);
        let run = Execution::new(1, begun, 4_000, Outcome::Succeeds);
        timeline.begin(Activity { run, ..activity(1, 0) }, begun);
        let beyond = Moment::from_milliseconds(i64::MAX - 1);
        assert_eq!(timeline.pass(begun, Moment::LAST).len(), 1);
        assert_eq!(timeline.pass(Moment::LAST, beyond), []);
        assert_eq!((timeline.next_event(beyond), timeline.under_way().count()), (None, 0));
    }

    #[test]
    fn an_activity_is_found_by_its_job_and_by_its_resource() {
        let mut timeline = Timeline::default();
        timeline.begin(activity(7, 0), after(0));
        timeline.begin(activity(8, 0), after(0));
        let found = |id: &str| timeline.find(id).map(|activity| activity.run.activity);
        assert_eq!(found("00000000-0000-0000-0000-000000000007"), Some(7));
        assert_eq!(found("00000000000000000000000000000007"), Some(7));
        assert_eq!(found("copy"), Some(8), "the latest");
        assert_eq!(found("other"), None);
    }

    #[test]
    fn what_came_to_rest_last_is_known_and_no_more_than_that() {
        let mut timeline = Timeline::default();
        for number in 1..=1_001 {
            timeline.begin(activity(number, 0), after(0));
        }
        timeline.catch_up(after(4_000));
        let found = |number: u128| {
            timeline.find_ended(&Uuid::from_u128(number).to_string()).map(|one| one.run.activity)
        };
        assert_eq!([found(1), found(2), found(1_001)], [None, Some(2), Some(1_001)]);
        assert_eq!(timeline.find_ended("copy").map(|activity| activity.run.activity), Some(1_001));
        assert!(timeline.find("copy").is_none());
    }
}
