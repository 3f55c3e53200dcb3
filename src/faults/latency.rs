//! How long a fault keeps a request, or its answer, waiting.

use crate::error::control::ControlError;
use crate::text::json_value;
use serde_json::Value;
use std::time::Duration;

/// How long a fault keeps a request waiting, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Latency {
    /// Always as long.
    Fixed(f64),
    /// Anything between two bounds, each as likely.
    Uniform(f64, f64),
    /// Mostly near the median, and now and then far above it, as latencies of real services are.
    LogNormal {
        /// Half of all are below it.
        median: f64,
        /// How far the logarithms lie around that of the median.
        deviation: f64,
    },
}

/// Longer than anybody waits.
const LONGEST: f64 = 600_000.0;

/// How many standard deviations the 99th percentile of a normal distribution is above its median.
const PERCENTILE_99: f64 = 2.326_347_874;

impl Latency {
    /// Reads `latency_ms`.
    pub fn read(written: &Value) -> Result<Self, ControlError> {
        let pair = |low: &str, high: &str| {
            let members = written.as_object().filter(|members| members.len() == 2)?;
            let (low, high) = (members.get(low)?.as_f64()?, members.get(high)?.as_f64()?);
            (in_range(low) && in_range(high) && low <= high).then_some((low, high))
        };
        if let Some(milliseconds) = written.as_f64().filter(|it| in_range(*it)) {
            Ok(Self::Fixed(milliseconds))
        } else if let Some((from, to)) = pair("from", "to") {
            Ok(Self::Uniform(from, to))
        } else if let Some((median, p99)) = pair("median", "p99").filter(|it| it.0 > 0.0) {
            Ok(Self::LogNormal { median, deviation: (p99 / median).ln() / PERCENTILE_99 })
        } else {
            Err(ControlError::bad(format!(
                "latency_ms must be a number of milliseconds, {{\"from\":…,\"to\":…}} or \
                 {{\"median\":…,\"p99\":…}}, the smaller one first and none above {LONGEST}, \
                 got {}",
                json_value(written)
            )))
        }
    }

    /// How long it is this time. Two numbers from 0 up to 1 are drawn for it where chance decides.
    pub fn draw(self, mut draw: impl FnMut() -> f64) -> Duration {
        let milliseconds = match self {
            Self::Fixed(milliseconds) => milliseconds,
            Self::Uniform(from, to) => from + (to - from) * draw(),
            Self::LogNormal { median, deviation } => {
                // The method of Box and Muller; 1 - draw is never 0.
                let distance = (-2.0 * (1.0 - draw()).ln()).sqrt();
                let normal = distance * (std::f64::consts::TAU * draw()).cos();
                median * (deviation * normal).exp()
            }
        };
        Duration::from_secs_f64(milliseconds.clamp(0.0, LONGEST) / 1_000.0)
    }
}

fn in_range(milliseconds: f64) -> bool {
    (0.0..=LONGEST).contains(&milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::draw;
    use serde_json::json;

    fn drawn(written: &Value) -> Vec<Duration> {
        let latency = Latency::read(written).unwrap();
        let one = |ordinal: u64| {
            let mut at = ordinal * 2;
            latency.draw(|| {
                at += 1;
                draw(7, "latency", at)
            })
        };
        let mut all: Vec<_> = (0..10_000).map(one).collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn a_uniform_latency_is_anywhere_between_its_bounds() {
        let all = drawn(&json!({ "from": 100, "to": 200 }));
        let milliseconds = |at: usize| all[at].as_millis();
        assert!((100..=101).contains(&milliseconds(0)));
        assert!((148..=152).contains(&milliseconds(5_000)));
        assert!((199..=200).contains(&milliseconds(9_999)));
    }

    #[test]
    fn a_log_normal_latency_has_its_median_and_its_percentile() {
        let all = drawn(&json!({ "median": 50, "p99": 400 }));
        assert!((47..=53).contains(&all[5_000].as_millis()), "{:?}", all[5_000]);
        assert!((340..=470).contains(&all[9_900].as_millis()), "{:?}", all[9_900]);
    }

    #[test]
    fn what_is_no_latency_is_refused() {
        for bad in [
            json!(-1),
            json!("1"),
            json!(600_001),
            json!({ "from": 2, "to": 1 }),
            json!({ "median": 0, "p99": 1 }),
            json!({ "median": 1 }),
            json!({ "from": 1, "to": 2, "median": 1 }),
        ] {
            let said = Latency::read(&bad).unwrap_err().to_string();
            assert!(said.contains("latency_ms must be"), "{said}");
        }
    }
}
