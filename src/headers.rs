//! The names of headers that more than one floor writes or reads.

use axum::http::HeaderName;

/// Id of the request, on every answer: SDKs show it in their errors.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The same, by the name that SDKs look for in the answers of IAM.
pub const IAM_TRACE_ID: HeaderName = HeaderName::from_static("x-iam-trace-id");

/// One header for each oddity that was let pass.
pub const WARNING: HeaderName = HeaderName::from_static("x-paper-warning");

/// Where the whole story of a refused request, or of one with a warning, is told.
pub const EXPLAIN: HeaderName = HeaderName::from_static("x-paper-explain");

/// What the operation that answers rests on: `documented` or `modelled`.
pub const BASIS: HeaderName = HeaderName::from_static("x-paper-basis");
