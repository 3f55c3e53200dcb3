//! A status is computed, never pushed: it is a function of how long ago something started.
//!
//! No timers and no background tasks, so there is nothing to race, nothing to survive a reset, and
//! a million jobs cost nothing while nobody asks.

mod execution;

pub use execution::{Execution, Outcome};

use crate::clock::Moment;

/// The statuses something goes through, and how long each lasts.
#[derive(Debug)]
pub struct Lifecycle {
    /// Statuses that end by themselves, each with its share of the run's duration.
    pub stages: &'static [(&'static str, f64)],
    /// The status it ends in.
    pub ends: &'static str,
    /// The status it ends in when it fails.
    pub fails: &'static str,
}

/// Where a run is at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phase {
    pub status: &'static str,
    /// How much of its duration is over.
    pub percent: u8,
    /// When it ended, if it has.
    pub ended: Option<Moment>,
    pub failed: bool,
}

impl Lifecycle {
    /// Where a run is now.
    pub fn phase(&self, run: &Execution, now: Moment) -> Phase {
        let (elapsed, last) = (run.elapsed(now), run.last());
        let failed = run.outcome != Outcome::Succeeds;
        let part = if run.milliseconds == 0 {
            1.0
        } else {
            f64::from(elapsed) / f64::from(run.milliseconds)
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
        let percent = (part * 100.0).clamp(0.0, 100.0) as u8;
        if elapsed >= last
            && let Some(end) = run.end()
        {
            let status = if failed { self.fails } else { self.ends };
            let percent = if let Outcome::Fails(percent) = run.outcome { percent } else { 100 };
            return Phase { status, percent, ended: Some(end), failed };
        }
        Phase { status: self.stage(part), percent: percent.min(99), ended: None, failed: false }
    }

    /// When an execution next changes its status or is held, if it ever does.
    pub fn next_event(&self, run: &Execution, now: Moment) -> Option<Moment> {
        let (elapsed, last) = (run.elapsed(now), run.last());
        if self.phase(run, now).ended.is_some() {
            return None;
        }
        let whole: f64 = self.stages.iter().map(|(_, share)| share).sum();
        let ends = self.stages.iter().scan(0.0, |over, (_, share)| {
            *over += share / whole;
            Some(*over)
        });
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of it")]
        let ends = ends.map(|part| (part * f64::from(run.milliseconds)).ceil() as u32);
        let next = ends.filter(|end| *end > elapsed && *end < last).min().unwrap_or(last);
        let next = run.hold.map_or(next, |hold| next.min(hold));
        // A held execution has no event.
        (next > elapsed).then(|| run.at(next).max(now))
    }

    /// The percentage at which a stage begins.
    pub fn start_of(&self, stage: &str) -> Option<u8> {
        let whole: f64 = self.stages.iter().map(|(_, share)| share).sum();
        let at = self.stages.iter().position(|(status, _)| *status == stage)?;
        let before: f64 = self.stages[..at].iter().map(|(_, share)| share).sum();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
        let percent = (before / whole * 100.0).ceil() as u8;
        Some(percent)
    }

    /// The stage when so much of the duration is over, in percent.
    pub fn stage_at(&self, percent: u8) -> &'static str {
        self.stage(f64::from(percent) / 100.0)
    }

    /// The stage after so much of the duration; the last one for as long as it takes.
    fn stage(&self, part: f64) -> &'static str {
        let whole: f64 = self.stages.iter().map(|(_, share)| share).sum();
        let mut over = 0.0;
        for (status, share) in self.stages {
            over += share / whole;
            if part < over {
                return status;
            }
        }
        self.stages.last().map_or(self.ends, |(status, _)| status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    static SYNCHRONISATION: Lifecycle =
        Lifecycle { stages: &[("Wait", 1.0), ("Full", 3.0)], ends: "Incremental", fails: "failed" };

    fn phase_after(milliseconds: u64, outcome: Outcome) -> Phase {
        let started = Moment::from_milliseconds(1_000);
        let run = Execution::new(1, started, 4_000, outcome);
        SYNCHRONISATION.phase(&run, started.after(Duration::from_millis(milliseconds)))
    }

    #[test]
    fn stages_last_for_their_share() {
        let statuses =
            [0, 999, 1_000, 3_999, 4_000, 9_000].map(|t| phase_after(t, Outcome::Succeeds));
        let statuses = statuses.map(|phase| (phase.status, phase.percent));
        let expected =
            [("Wait", 0), ("Wait", 24), ("Full", 25), ("Full", 99), ("Incremental", 100)];
        assert_eq!(statuses[..5], expected);
        assert_eq!(statuses[5], ("Incremental", 100));
    }

    #[test]
    fn a_late_look_still_knows_when_it_ended() {
        let late = phase_after(60_000, Outcome::Succeeds);
        assert_eq!(late.ended, Some(Moment::from_milliseconds(5_000)));
    }

    #[test]
    fn a_doomed_run_fails_at_its_end_and_an_endless_one_stays() {
        assert_eq!(phase_after(3_999, Outcome::FAILS).status, "Full");
        assert!(phase_after(4_000, Outcome::FAILS).failed);
        let endless = Execution::new(1, START, 4_000, Outcome::Succeeds).endless();
        let endless = SYNCHRONISATION.phase(&endless, after(1_000_000));
        assert_eq!((endless.status, endless.percent, endless.ended), ("Full", 99, None));
    }

    #[test]
    fn a_run_without_duration_is_over_at_once() {
        let run = Execution::new(1, START, 0, Outcome::Succeeds);
        assert_eq!(SYNCHRONISATION.phase(&run, START).status, "Incremental");
        assert_eq!(SYNCHRONISATION.phase(&run.endless(), START).status, "Full");
    }

    const START: Moment = Moment::from_milliseconds(1_000);

    fn after(milliseconds: u64) -> Moment {
        START.after(Duration::from_millis(milliseconds))
    }

    fn status(run: &Execution, milliseconds: u64) -> (&'static str, u8) {
        let phase = SYNCHRONISATION.phase(run, after(milliseconds));
        (phase.status, phase.percent)
    }

    #[test]
    fn a_run_fails_where_it_is_told_to() {
        let run = Execution::new(1, START, 4_000, Outcome::Fails(40));
        assert_eq!(status(&run, 1_599), ("Full", 39));
        let phase = SYNCHRONISATION.phase(&run, after(9_000));
        assert_eq!((phase.status, phase.percent), ("failed", 40));
        assert_eq!(phase.ended, Some(after(1_600)));
        let mut late = Execution::new(1, START, 4_000, Outcome::Succeeds);
        late.fail(40, after(3_000));
        assert_eq!(status(&late, 3_000), ("failed", 75), "40 % are past");
        for milliseconds in 0..4_000 {
            let mut run = Execution::new(1, START, 4_000, Outcome::Succeeds);
            run.fail(0, after(milliseconds));
            let phase = SYNCHRONISATION.phase(&run, after(milliseconds));
            assert_eq!((phase.status, phase.ended), ("failed", Some(after(milliseconds))));
        }
    }

    #[test]
    fn a_held_run_stands_still_and_goes_on_when_it_is_released() {
        let mut run = Execution::new(1, START, 4_000, Outcome::Succeeds);
        run.hold(after(2_000));
        assert_eq!(status(&run, 60_000), ("Full", 50));
        assert!(run.is_held(after(60_000)));
        run.release(after(60_000));
        assert_eq!(status(&run, 60_000), ("Full", 50));
        assert_eq!(status(&run, 61_999).0, "Full");
        let ended = SYNCHRONISATION.phase(&run, after(70_000)).ended;
        assert_eq!(ended, Some(after(62_000)));
    }

    #[test]
    fn a_run_that_is_released_before_it_stands_still_has_lost_no_time() {
        let mut run = Execution::new(1, START, 4_000, Outcome::Succeeds).held_at(50);
        run.release(after(1_000));
        assert_eq!(SYNCHRONISATION.phase(&run, after(9_000)).ended, Some(after(4_000)));
    }

    #[test]
    fn a_run_goes_on_though_it_stood_still_for_years() {
        const YEARS: u64 = 10 * 365 * 86_400_000;
        let mut run = Execution::new(1, START, 4_000, Outcome::Succeeds);
        run.hold(after(1_000));
        run.release(after(YEARS));
        assert_eq!(status(&run, YEARS), ("Full", 25));
        assert_eq!(SYNCHRONISATION.next_event(&run, after(YEARS)), Some(after(YEARS + 3_000)));
        let ended = SYNCHRONISATION.phase(&run, after(YEARS + 3_000)).ended;
        assert_eq!(ended, Some(after(YEARS + 3_000)));
    }

    #[test]
    fn a_finished_run_ends_now_even_if_it_was_held_or_doomed() {
        for mut run in [
            Execution::new(1, START, 4_000, Outcome::Succeeds),
            Execution::new(1, START, 4_000, Outcome::FAILS),
            Execution::new(1, START, 4_000, Outcome::Succeeds).endless(),
            Execution::new(1, START, 4_000, Outcome::Succeeds).held_at(10),
        ] {
            run.finish(after(2_000));
            let phase = SYNCHRONISATION.phase(&run, after(2_000));
            assert_eq!((phase.status, phase.ended), ("Incremental", Some(after(2_000))), "{run:?}");
        }
    }

    #[test]
    fn a_run_that_would_end_later_than_the_clock_ends_with_it() {
        let hour = Duration::from_hours(1);
        let started = Moment::from_milliseconds(Moment::LAST.milliseconds() - 1_500);
        let mut held = Execution::new(1, started, 4_000, Outcome::Succeeds);
        held.hold(started);
        for (run, status, ended) in [
            (
                Execution::new(1, started, 4_000, Outcome::Succeeds),
                "Incremental",
                Some(Moment::LAST),
            ),
            (Execution::new(1, started, 4_000, Outcome::FAILS), "failed", Some(Moment::LAST)),
            (
                Execution::new(1, Moment::LAST.after(hour), 9, Outcome::Succeeds),
                "Incremental",
                Some(Moment::LAST),
            ),
            (held, "Wait", None),
        ] {
            let mut now = started;
            while let Some(next) = SYNCHRONISATION.next_event(&run, now) {
                assert!(next > now && next <= Moment::LAST, "{run:?}");
                now = next;
            }
            let phase = SYNCHRONISATION.phase(&run, Moment::LAST);
            assert_eq!((phase.status, phase.ended), (status, ended), "{run:?}");
        }
    }

    #[test]
    fn the_next_event_is_the_next_stage_or_the_end() {
        let run = Execution::new(1, START, 4_000, Outcome::Succeeds);
        let next = |run: &Execution, now| SYNCHRONISATION.next_event(run, after(now));
        assert_eq!(next(&run, 0), Some(after(1_000)));
        assert_eq!(next(&run, 1_000), Some(after(4_000)));
        assert_eq!(next(&run, 4_000), None);
        assert_eq!(next(&Execution::new(1, START, 4_000, Outcome::Fails(10)), 0), Some(after(400)));
    }

    #[test]
    fn where_a_run_is_to_stand_still_is_an_event_and_the_last_one() {
        let run = Execution::new(1, START, 4_000, Outcome::Succeeds);
        let events = |run: Execution| {
            let (mut now, mut events) = (START, Vec::new());
            while let Some(next) = SYNCHRONISATION.next_event(&run, now) {
                assert!(next > now, "{run:?}");
                now = next;
                let phase = SYNCHRONISATION.phase(&run, now);
                events.push((now.since(START).as_millis(), phase.status, run.is_held(now)));
            }
            events
        };
        assert_eq!(events(run.held_at(0)), []);
        assert_eq!(events(run.held_at(10)), [(400, "Wait", true)]);
        assert_eq!(events(run.held_at(25)), [(1_000, "Full", true)]);
        assert_eq!(events(run.held_at(50)), [(1_000, "Full", false), (2_000, "Full", true)]);
        assert_eq!(events(run.endless()), [(1_000, "Full", false), (4_000, "Full", true)]);
    }

    #[test]
    fn a_run_that_is_to_stand_still_where_a_stage_begins_is_in_that_stage() {
        let full = SYNCHRONISATION.start_of("Full").unwrap();
        for milliseconds in 0..1_000 {
            let run = Execution::new(1, START, milliseconds, Outcome::Succeeds).held_at(full);
            assert_eq!(status(&run, 5_000).0, "Full", "{milliseconds}");
        }
    }

    #[test]
    fn every_event_of_a_run_with_odd_stages_changes_its_status() {
        static ODD: Lifecycle =
            Lifecycle { stages: &[("a", 1.0), ("b", 1.0), ("c", 1.0)], ends: "d", fails: "e" };
        for milliseconds in [1, 7, 10, 100, 1_001] {
            let run = Execution::new(1, START, milliseconds, Outcome::Succeeds);
            let (mut now, mut last) = (START, ODD.phase(&run, START).status);
            while let Some(next) = ODD.next_event(&run, now) {
                let status = ODD.phase(&run, next).status;
                assert!(next > now && status != last, "{milliseconds}: {last} {status}");
                (now, last) = (next, status);
            }
            assert_eq!(last, "d");
        }
    }
}
