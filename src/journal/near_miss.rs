//! Requests that are nearly what was meant.

use super::matcher::{Difference, Matcher};
use super::view::View;
use serde::Serialize;

/// A request that is nearly what was meant.
#[derive(Clone, Debug, Serialize)]
pub struct NearMiss {
    pub request_id: String,
    pub differences: Vec<Difference>,
}

/// More than these are no help.
const MOST: usize = 3;

/// The requests that differ least, the nearest first; of two that are equally near, the later one.
pub fn nearest<'v, 'e: 'v>(
    matcher: &Matcher,
    views: impl Iterator<Item = &'v View<'e>>,
) -> Vec<NearMiss> {
    let mut found: Vec<(u32, NearMiss)> = Vec::new();
    for view in views {
        let differences = matcher.differences(view);
        let apart = differences.iter().map(weight).sum();
        if differences.is_empty() {
            continue;
        }
        let miss = NearMiss { request_id: view.request_id.clone(), differences };
        let place = found.partition_point(|(other, _)| *other < apart);
        found.insert(place, (apart, miss));
        found.truncate(MOST);
    }
    found.into_iter().map(|(_, miss)| miss).collect()
}

/// Another operation is further away than another value.
fn weight(difference: &Difference) -> u32 {
    match difference.field.as_str() {
        "operation" | "service" => 4,
        "method" => 2,
        _ => 1,
    }
}
