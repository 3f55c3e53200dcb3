//! Rules as they are written down: the JSON of the control API, of headers and of world files.

use super::effect::Phase;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A rule as it is written down. [`Rule::read`](super::Rule::read) says whether it can be kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSpec {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The service whose operations it may hit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The operation that it may hit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The parameters that a request has to have, and their values.
    #[serde(default, rename = "match", skip_serializing_if = "Map::is_empty")]
    pub matching: Map<String, Value>,
    /// Hits so many requests, from the first on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<i64>,
    /// Hits one request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<i64>,
    /// Hits one request of so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<i64>,
    /// Hits each request with this probability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// What has to be under way.
    #[serde(default, rename = "while", skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageSpec>,
    /// Whether it comes before the operation or after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// What it does.
    pub effect: EffectSpec,
}

/// Something that has to be under way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageSpec {
    /// The operation that started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// An effect as it is written down.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EffectSpec {
    /// The status that is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<i64>,
    /// The body that goes with it: JSON, or text as it is.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// The documented error that is answered, by its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// The same, by the name of its kind of error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What the error says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// How long it takes: a number, or a distribution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<Value>,
    /// Answers that there were too many requests, and after how many seconds to come back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Value>,
    /// Resets the connection.
    #[serde(skip_serializing_if = "is_false")]
    pub reset: bool,
    /// Ends the connection in the middle of the body.
    #[serde(skip_serializing_if = "is_false")]
    pub truncate: bool,
    /// Cuts the body so that it is no JSON.
    #[serde(skip_serializing_if = "is_false")]
    pub malformed: bool,
    /// How many milliseconds the body takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow_body: Option<i64>,
    /// How what the operation starts is to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<Ending>,
    /// When, in percent of its duration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<i64>,
    /// When, by the status that begins then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The reason that a failed job shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How long it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

/// How what an operation starts is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    Fail,
    /// It is held until it is released.
    Hold,
    /// It succeeds, even where a reserved id of the request would make it fail.
    Succeed,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde wants")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// A member that is there, even if it is null.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
