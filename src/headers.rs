//! The names of headers that more than one floor writes or reads.

use axum::http::HeaderName;

/// Id of the request, on every answer: SDKs show it in their errors.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the request, by the name that SDKs look for in the answers of IAM.
pub const IAM_TRACE_ID: HeaderName = HeaderName::from_static("x-iam-trace-id");

/// One header for each oddity that was let pass.
pub const WARNING: HeaderName = HeaderName::from_static("x-paper-warning");

/// The path at which a refused request, or one with a warning, is explained.
pub const EXPLAIN: HeaderName = HeaderName::from_static("x-paper-explain");

/// What the operation that answers rests on: `documented` or `modelled`.
pub const BASIS: HeaderName = HeaderName::from_static("x-paper-basis");
