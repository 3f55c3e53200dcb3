//! What is under way in a world, and when it next comes to another status, or to where it is to
//! stand still.
//!
//! Statuses are computed from runs and need no agenda. It is there for those who turn the clock:
//! to say what became due, to find the next event, and to steer what has not ended yet. Whatever
//! has come to rest leaves it, so it is as long as what is under way, however much has been done;
//! of the rest it knows the latest, for those who ask how that ended.

use super::Moment;
use super::lifecycle::{Lifecycle, Phase, Run};
use crate::contract::Contract;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use uuid::Uuid;

/// What one request set going.
#[derive(Clone, Debug)]
pub struct Course {
    /// The operation that was called.
    pub contract: &'static Contract,
    /// The job that clients were told of, with its statuses.
    pub job: Option<(Uuid, &'static Lifecycle)>,
    /// What the job works on, or what is told of without a job, with its statuses.
    pub resource: Option<(Arc<str>, &'static Lifecycle)>,
    /// When it began and how it will end; every copy of it has this course's number.
    pub run: Run,
}

/// An id that a client sends for something that is under way, read once however much that is.
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
    /// The operation that set it going.
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
    /// Whether it stands still since then, until it is released.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
}

impl Course {
    fn lifecycles(&self) -> impl Iterator<Item = &'static Lifecycle> {
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

    /// When it came to rest, if it has.
    pub fn ended(&self, now: Moment) -> Option<Moment> {
        self.phases(now).map(|phase| phase.ended).max().flatten()
    }

    fn next_event(&self, now: Moment) -> Option<Moment> {
        let next = self.lifecycles().filter_map(|lifecycle| lifecycle.next_event(&self.run, now));
        // Whoever goes from event to event comes to an end only if each is later than the last.
        next.filter(|next| *next > now).min()
    }

    /// What became due by its coming to its next status, or to where it stands still.
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
pub struct Agenda {
    /// By the moment of its next event, and by its number among those of the same moment. What
    /// stands still comes last.
    courses: BTreeMap<(Moment, u32), Course>,
    /// Those that came to rest last, the oldest first.
    ended: VecDeque<Course>,
    /// How many courses there were.
    begun: u32,
    /// What those that were made to fail say about it.
    reasons: HashMap<u32, Box<str>>,
    /// The fault rules that planned how these are to end, until they have.
    planners: HashMap<u32, Arc<str>>,
}

/// How many of those that came to rest are known.
const MOST_ENDED: usize = 1_000;

/// The next event of what stands still.
const NEVER: Moment = Moment::from_milliseconds(i64::MAX);

impl Agenda {
    /// The number of the next course.
    pub fn next_number(&self) -> u32 {
        self.begun.wrapping_add(1)
    }

    /// Takes up a course, and forgets those that have come to rest.
    pub fn begin(&mut self, course: Course, now: Moment) {
        self.catch_up(now);
        self.begun = course.run.course;
        self.place(course, now);
    }

    /// The moment of the next event.
    pub fn next_event(&self) -> Option<Moment> {
        let ((moment, _), _) = self.courses.first_key_value()?;
        (*moment != NEVER).then_some(*moment)
    }

    /// Goes through everything that is due by now, in the order of time. Telling of it takes
    /// longer than all the rest, so that is left to those who want to know.
    pub fn pass(&mut self, now: Moment, mut tell: impl FnMut(&Course, Moment)) {
        while let Some(first) = self.courses.first_entry().filter(|first| first.key().0 <= now) {
            let ((at, _), course) = first.remove_entry();
            tell(&course, at);
            self.place(course, at);
        }
    }

    /// Lets everything pass that is due by now.
    pub fn catch_up(&mut self, now: Moment) {
        self.pass(now, |_, _| {});
    }

    /// What has not come to rest, in the order of the next event.
    pub fn under_way(&self) -> impl Iterator<Item = &Course> {
        self.courses.values()
    }

    /// The course that a client means by an id; the latest, if there are several.
    pub fn find(&self, id: &str) -> Option<&Course> {
        let called = Called::by(id);
        self.under_way()
            .filter(|course| course.is_called(&called))
            .max_by_key(|course| course.run.course)
    }

    /// The course that a client means by an id, of those that came to rest last.
    pub fn find_ended(&self, id: &str) -> Option<&Course> {
        let called = Called::by(id);
        self.ended.iter().rev().find(|course| course.is_called(&called))
    }

    /// Replaces the run of a course.
    pub fn steer(&mut self, run: Run, now: Moment) {
        let key = self.courses.iter().find(|(_, course)| course.run.course == run.course);
        let Some(key) = key.map(|(key, _)| *key) else { return };
        if let Some(course) = self.courses.remove(&key) {
            self.place(Course { run, ..course }, now);
        }
    }

    /// Forgets a course, and says whether it was under way.
    pub fn forget(&mut self, course: u32) -> bool {
        self.forget_planner(course);
        let before = self.courses.len();
        self.courses.retain(|_, one| one.run.course != course);
        self.courses.len() < before
    }

    /// The number of the latest course.
    pub fn latest_number(&self) -> u32 {
        self.begun
    }

    /// What a course that failed says about it.
    pub fn reason(&self, course: u32) -> Option<&str> {
        self.reasons.get(&course).map(AsRef::as_ref)
    }

    /// Lets a course say this when it fails.
    pub fn give_reason(&mut self, course: u32, reason: &str) {
        self.reasons.insert(course, reason.into());
    }

    /// Notes which fault rule has planned how a course is to end.
    pub fn note_planner(&mut self, course: u32, rule: Arc<str>) {
        self.planners.insert(course, rule);
    }

    /// The fault rule that has planned how a course is to end.
    pub fn planner(&self, course: u32) -> Option<&Arc<str>> {
        self.planners.get(&course)
    }

    /// Notes that the course ends in another way than a rule has planned.
    pub fn forget_planner(&mut self, course: u32) {
        if !self.planners.is_empty() {
            self.planners.remove(&course);
        }
    }

    /// What those that were made to fail say about it, by their numbers.
    pub fn reasons(&self) -> impl Iterator<Item = (u32, &str)> {
        self.reasons.iter().map(|(course, reason)| (*course, reason.as_ref()))
    }

    /// Forgets what others say about it.
    pub fn keep_reasons(&mut self, stays: impl Fn(u32) -> bool) {
        self.reasons.retain(|course, _| stays(*course));
    }

    /// One of which so many courses have begun, and of them these have not come to rest.
    pub fn resumed(begun: u32, courses: impl IntoIterator<Item = Course>, now: Moment) -> Self {
        let mut agenda = Self { begun, ..Self::default() };
        courses.into_iter().for_each(|course| agenda.place(course, now));
        agenda
    }

    /// Puts a course where its next event is; one that has come to rest is not there at all.
    fn place(&mut self, course: Course, now: Moment) {
        let stands_still = || course.phases(now).any(|phase| phase.ended.is_none());
        let next = course.next_event(now).or_else(|| stands_still().then_some(NEVER));
        if let Some(next) = next {
            self.courses.insert((next, course.run.course), course);
            return;
        }
        self.forget_planner(course.run.course);
        if self.ended.len() >= MOST_ENDED {
            self.ended.pop_front();
        }
        self.ended.push_back(course);
    }
}

#[cfg(test)]
mod tests {
    use super::super::lifecycle::Fate;
    use super::*;
    use std::time::Duration;

    static JOB: Lifecycle =
        Lifecycle { stages: &[("Running", 1.0)], ends: "Completed", fails: "Failed" };
    static COPY: Lifecycle =
        Lifecycle { stages: &[("Wait", 1.0), ("Full", 3.0)], ends: "Done", fails: "Failed" };

    fn after(milliseconds: u64) -> Moment {
        Moment::from_milliseconds(0).after(Duration::from_millis(milliseconds))
    }

    fn course(number: u32, started: u64) -> Course {
        Course {
            contract: &Contract::BLANK,
            job: Some((Uuid::from_u128(number.into()), &JOB)),
            resource: Some(("copy".into(), &COPY)),
            run: Run::new(number, after(started), 4_000, Fate::Succeeds),
        }
    }

    fn due(agenda: &mut Agenda, now: u64) -> Vec<(u128, &'static str, &'static str)> {
        let mut all = Vec::new();
        agenda.pass(after(now), |course, at| {
            let due = course.due(at);
            let job = due.job_id.map_or(0, |id| id.as_u128());
            all.push((job, due.job_status.unwrap(), due.resource_status.unwrap()));
        });
        all
    }

    #[test]
    fn what_is_due_comes_in_the_order_of_time() {
        let mut agenda = Agenda::default();
        agenda.begin(course(1, 0), after(0));
        agenda.begin(course(2, 500), after(500));
        assert_eq!(agenda.next_event(), Some(after(1_000)));
        let expected = [(1, "Running", "Full"), (2, "Running", "Full"), (1, "Completed", "Done")];
        assert_eq!(due(&mut agenda, 4_000), expected);
        assert_eq!(agenda.under_way().count(), 1);
        assert_eq!(due(&mut agenda, 4_500), [(2, "Completed", "Done")]);
        assert_eq!((agenda.next_event(), agenda.under_way().count()), (None, 0));
    }

    #[test]
    fn what_stands_still_stays_until_it_is_steered() {
        let mut agenda = Agenda::default();
        let mut held = course(1, 0);
        held.run.hold(after(0));
        let mut run = held.run;
        agenda.begin(held, after(0));
        assert_eq!(due(&mut agenda, 60_000), []);
        assert_eq!((agenda.next_event(), agenda.under_way().count()), (None, 1));
        run.release(after(60_000));
        agenda.steer(run, after(60_000));
        assert_eq!(agenda.next_event(), Some(after(61_000)));
    }

    #[test]
    fn going_through_what_is_due_ends_even_at_the_end_of_time() {
        let mut agenda = Agenda::default();
        let begun = Moment::from_milliseconds(Moment::LAST.milliseconds() - 1);
        let run = Run::new(1, begun, 4_000, Fate::Succeeds);
        agenda.begin(Course { run, ..course(1, 0) }, begun);
        for now in [Moment::LAST, Moment::from_milliseconds(i64::MAX - 1)] {
            let mut passed = 0;
            agenda.pass(now, |_, _| {
                passed += 1;
                assert!(passed < 9, "it goes on for ever");
            });
        }
        assert_eq!((agenda.next_event(), agenda.under_way().count()), (None, 0));
    }

    #[test]
    fn a_course_is_found_by_its_job_and_by_what_it_works_on() {
        let mut agenda = Agenda::default();
        agenda.begin(course(7, 0), after(0));
        agenda.begin(course(8, 0), after(0));
        let found = |id: &str| agenda.find(id).map(|course| course.run.course);
        assert_eq!(found("00000000-0000-0000-0000-000000000007"), Some(7));
        assert_eq!(found("00000000000000000000000000000007"), Some(7));
        assert_eq!(found("copy"), Some(8), "the latest");
        assert_eq!(found("other"), None);
    }

    #[test]
    fn what_came_to_rest_last_is_known_and_no_more_than_that() {
        let mut agenda = Agenda::default();
        for number in 1..=1_001 {
            agenda.begin(course(number, 0), after(0));
        }
        agenda.catch_up(after(4_000));
        let found = |number: u128| {
            agenda.find_ended(&Uuid::from_u128(number).to_string()).map(|one| one.run.course)
        };
        assert_eq!([found(1), found(2), found(1_001)], [None, Some(2), Some(1_001)]);
        assert_eq!(agenda.find_ended("copy").map(|course| course.run.course), Some(1_001));
        assert!(agenda.find("copy").is_none());
    }
}
