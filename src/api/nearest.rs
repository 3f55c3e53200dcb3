//! The operation that a request for none was probably meant for.

use crate::api;
use crate::contract::Contract;
use crate::contract::template::distance;
use crate::operation::Head;
use axum::http::Method;

/// A path with more changes than these is not taken for a misspelt one.
const MOST: usize = 8;

/// Another method counts like so many changes to the path.
const OTHER_METHOD: usize = 5;

/// Another version of the API counts like so many changes: it is another service's.
const OTHER_VERSION: usize = 6;

/// Whether two paths have equally many words: segments that only one has are IDs.
fn have_as_many_words(path: &str, template: &str) -> bool {
    let (path, template) = (path.trim_matches('/'), template.trim_matches('/'));
    let is_word = |segment: &str| {
        !segment.starts_with('{') && !segment.bytes().any(|byte| byte.is_ascii_digit())
    };
    let (sent, known): (Vec<_>, Vec<_>) =
        (path.split('/').collect(), template.split('/').collect());
    let beyond =
        |longer: &[&str], shorter: usize| longer.iter().skip(shorter).any(|it| is_word(it));
    !beyond(&sent, known.len()) && !beyond(&known, sent.len())
}

/// The operation that was probably meant: the path that takes the fewest changes, with the same
/// method if there is any such. Nothing is deleted by mistake: only who meant to delete something
/// is told of a call that does.
pub fn nearest_contract(method: &Method, path: &str) -> Option<&'static Contract> {
    let apart = |head: &Head| {
        let penalty = match head.method == method {
            true => 0,
            false if head.method == Method::DELETE => return None,
            false => OTHER_METHOD,
        };
        let version = |path: &str| path.trim_matches('/').split('/').next().map(str::to_owned);
        let is_other = version(path) != version(head.path);
        let penalty = penalty + if is_other { OTHER_VERSION } else { 0 };
        if !have_as_many_words(path, head.path) {
            return None;
        }
        let changes = distance(path, head.path, MOST.checked_sub(penalty)?)?;
        Some(changes + penalty)
    };
    let near = api::routes().iter().filter_map(|route| Some((apart(&route.head)?, route)));
    near.min_by_key(|(apart, _)| *apart).map(|(_, route)| route.contract())
}

/// Whether a request can have been meant for an operation but for a slip: no segment is missing or
/// too many, each is what it should be but for a third of its letters, and the method is the same,
/// or the path is and both write.
pub fn is_slip(method: &Method, path: &str, contract: &Contract) -> bool {
    let (sent, known) = (path.trim_matches('/'), contract.path.trim_matches('/'));
    if sent.split('/').count() != known.split('/').count() {
        return false;
    }
    let mut pairs = sent.split('/').zip(known.split('/'));
    let near = pairs.all(|(sent, known)| {
        if known.starts_with('{') {
            return !sent.is_empty();
        }
        sent == known || (known.len() > 3 && distance(sent, known, known.len() / 3).is_some())
    });
    let writes = |method: &Method| [Method::POST, Method::PUT, Method::PATCH].contains(method);
    let other_method = || {
        let same_path = distance(path, contract.path, 0).is_some();
        same_path && writes(method) && writes(&contract.method)
    };
    near && (contract.method == *method || other_method())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_to_delete_who_did_not_mean_to() {
        for (method, path, expected) in [
            ("GET", "/v3/p/job/12", Some("GET /v3/{project_id}/jobs")),
            ("GET", "/v2/p/job/12", Some("GET /v2/{project_id}/jobs/{job_id}")),
            ("DELETE", "/v3/p/job/12", Some("DELETE /v3/{project_id}/jobs/{job_id}")),
            ("POST", "/v2/p/zz/batch-stop", None),
            ("DELETE", "/v3/p/instances/i1/no-such-thing", None),
            ("GET", "/v3/p/no-such-thing", None),
            (
                "POST",
                "/v3/p/instances/i1/dual-active",
                Some("POST /v3/{project_id}/instances/{instance_id}/dual-active-relationship"),
            ),
            ("POST", "/v3/p/dbcache/mappin", Some("POST /v3/{project_id}/dbcache/mapping")),
            ("GET", "/v3/p/dbcache/mapping", Some("GET /v3/{project_id}/dbcache/mappings")),
        ] {
            let nearest = nearest_contract(&method.parse().unwrap(), path);
            let nearest = nearest.map(|contract| format!("{} {}", contract.method, contract.path));
            assert_eq!(nearest.as_deref(), expected, "{method} {path}");
        }
        for path in ["/v3/p/job/12", "/v3/p/instances/i/clickhouse/replication/config"] {
            for method in [Method::GET, Method::PATCH, Method::POST] {
                let nearest = nearest_contract(&method, path);
                assert!(nearest.is_none_or(|it| it.method != Method::DELETE), "{method} {path}");
            }
        }
    }

    #[test]
    fn only_a_slip_is_corrected() {
        let slip = |method: &str, path: &str| {
            let method = method.parse().unwrap();
            nearest_contract(&method, path).is_some_and(|it| is_slip(&method, path, it))
        };
        for (method, path) in [
            ("POST", "/v3/p/dbcache/maping"),
            ("PUT", "/v3/p/dbcache/mapping"),
            ("GET", "/v3/p/instances/"),
            ("GET", "/v3/projects/"),
            ("GET", "/v3/p/dbcache/mapping"),
        ] {
            assert!(slip(method, path), "{method} {path}");
        }
        for (method, path) in [
            ("GET", "/v3/p/job/12"),
            ("POST", "/v2/p/migration-tasks/stop"),
            ("POST", "/v2/p/zz/batch-stop"),
            ("GET", "/v2/p/migration-task/batch-stop/x"),
            ("PATCH", "/v3/p/instances/i/clickhouse/replication/config"),
        ] {
            assert!(!slip(method, path), "{method} {path}");
        }
    }
}
