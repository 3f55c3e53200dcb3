//! A status is computed, never pushed: it is a function of how long ago something started.
//!
//! No timers and no background tasks, so there is nothing to race, nothing to survive a reset, and
//! a million jobs cost nothing while nobody asks.

use super::Moment;
use std::time::Duration;

/// The statuses something goes through, and how long each lasts.
#[derive(Debug)]
pub struct Lifecycle {
    /// Statuses that end by themselves, each with its share of the run's duration.
    pub stages: &'static [(&'static str, f64)],
    /// The status it comes to rest in.
    pub ends: &'static str,
    /// The status it comes to rest in when it fails.
    pub fails: &'static str,
}

/// One going-through, as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// When it began.
    pub started: Moment,
    /// How long its stages take together, in milliseconds.
    pub milliseconds: u32,
    /// How it will end.
    pub fate: Fate,
}

/// How a run will end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// At the lifecycle's end.
    #[default]
    Succeeds,
    /// In failure, after the last stage.
    Fails,
    /// Not at all.
    Stalls,
}

/// Where a run is at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phase {
    /// Its status.
    pub status: &'static str,
    /// How much of its duration is over.
    pub percent: u8,
    /// When it came to rest, if it has.
    pub ended: Option<Moment>,
    /// Whether it failed.
    pub failed: bool,
}

impl Lifecycle {
    /// Where a run is now.
    pub fn phase(&self, run: &Run, now: Moment) -> Phase {
        let total = Duration::from_millis(run.milliseconds.into());
        let elapsed = now.since(run.started);
        if elapsed >= total && run.fate != Fate::Stalls {
            let failed = run.fate == Fate::Fails;
            let status = if failed { self.fails } else { self.ends };
            return Phase { status, percent: 100, ended: Some(run.started.after(total)), failed };
        }
        let part = if total.is_zero() { 1.0 } else { elapsed.div_duration_f64(total) };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 99")]
        let percent = (part * 100.0).clamp(0.0, 99.0) as u8;
        Phase { status: self.stage(part), percent, ended: None, failed: false }
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

    static SYNCHRONISATION: Lifecycle =
        Lifecycle { stages: &[("Wait", 1.0), ("Full", 3.0)], ends: "Incremental", fails: "failed" };

    fn phase_after(milliseconds: u64, fate: Fate) -> Phase {
        let started = Moment::from_milliseconds(1_000);
        let run = Run { started, milliseconds: 4_000, fate };
        SYNCHRONISATION.phase(&run, started.after(Duration::from_millis(milliseconds)))
    }

    #[test]
    fn stages_last_for_their_share() {
        let statuses = [0, 999, 1_000, 3_999, 4_000, 9_000].map(|t| phase_after(t, Fate::Succeeds));
        let statuses = statuses.map(|phase| (phase.status, phase.percent));
        let expected =
            [("Wait", 0), ("Wait", 24), ("Full", 25), ("Full", 99), ("Incremental", 100)];
        assert_eq!(statuses[..5], expected);
        assert_eq!(statuses[5], ("Incremental", 100));
    }

    #[test]
    fn a_late_look_still_knows_when_it_ended() {
        let late = phase_after(60_000, Fate::Succeeds);
        assert_eq!(late.ended, Some(Moment::from_milliseconds(5_000)));
    }

    #[test]
    fn a_doomed_run_fails_at_its_end_and_an_endless_one_stays() {
        assert_eq!(phase_after(3_999, Fate::Fails).status, "Full");
        assert!(phase_after(4_000, Fate::Fails).failed);
        let endless = phase_after(1_000_000, Fate::Stalls);
        assert_eq!((endless.status, endless.percent, endless.ended), ("Full", 99, None));
    }

    #[test]
    fn a_run_without_duration_is_over_at_once() {
        let started = Moment::from_milliseconds(0);
        let run = Run { started, milliseconds: 0, fate: Fate::Succeeds };
        assert_eq!(SYNCHRONISATION.phase(&run, started).status, "Incremental");
        let endless = Run { fate: Fate::Stalls, ..run };
        assert_eq!(SYNCHRONISATION.phase(&endless, started).status, "Full");
    }
}
