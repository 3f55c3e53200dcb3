//! What the projects are asked.

/// A request of a script, and how it may be answered. `{0.job_id}` stands for what the first request
/// was answered as its `job_id`.
#[derive(Clone, Copy)]
pub struct Step {
    pub method: &'static str,
    pub path: &'static str,
    pub header: (&'static str, &'static str),
    pub body: &'static str,
    pub statuses: &'static [u16],
}

const fn step(
    method: &'static str,
    path: &'static str,
    body: &'static str,
    statuses: &'static [u16],
) -> Step {
    Step { method, path, header: ("X-Language", "en-us"), body, statuses }
}

const fn get(path: &'static str) -> Step {
    step("GET", path, "", &[200])
}

/// A look a second later.
const fn later(path: &'static str) -> Step {
    Step { header: ("X-Paper-Clock", "advance=1"), ..get(path) }
}

const CREATE: &str = "/v3/{project}/dbcache/mapping";

/// Creates a mapping.
const fn map(statuses: &'static [u16]) -> Step {
    let body = r#"{"source_instance_id":"a","target_instance_id":"b"}"#;
    step("POST", CREATE, body, statuses)
}

const fn arm(rule: &'static str) -> Step {
    step("POST", "/_paper/worlds/{project}/faults", rule, &[201])
}

const IMPORT: &str = r#"{"task_name":"t","source_instance":{"addrs":"192.168.1.1:6379",
    "password":"Opensesame-1"},"target_instance":{"id":"redis"},"migration_type":"backupfile_import",
    "migration_method":"full_amount_migration","network_type":"vpc","backup_files":{
    "file_source":"self_build_obs","bucket_name":"x","files":[{"file_name":"one.rdb"}]}}"#;

/// What each project is asked first.
pub const FIRST: [Step; 8] = [
    step("POST", "/_paper/worlds/{project}/clock/freeze", "", &[200]),
    map(&[202]),
    get("/v3/{project}/jobs?id={1.job_id}"),
    later("/v3/{project}/jobs?id={1.job_id}"),
    later("/v3/{project}/jobs?id={1.job_id}"),
    get("/v3/{project}/dbcache/mappings?limit=5&password=Opensesame-2"),
    map(&[202]),
    step("POST", CREATE, r#"{"source_instance_id":7}"#, &[400]),
];

/// What it is asked then, and what has to be in its journal after that. There is something of everything that could tell one run from another:
/// chance, the clock and who turns it, what is under way, and what takes real time.
pub const THEN: [(&[Step], &[&str]); 6] = [
    (
        &[
            arm(
                r#"{"operation":"CreateDbCacheMapping","probability":0.5,"effect":{"status":500}}"#,
            ),
            map(&[202, 500]),
            map(&[202, 500]),
            map(&[202, 500]),
            map(&[202, 500]),
            map(&[202, 500]),
            map(&[202, 500]),
        ],
        &[r#""fault":"fault-1""#],
    ),
    (
        &[
            step("POST", "/v2/{project}/migration-task", IMPORT, &[200]),
            get("/v2/{project}/migration-task/{8.id}"),
            later("/v2/{project}/migration-task/{8.id}"),
            step("POST", "/v2/{project}/migration-task", "{ password", &[400]),
        ],
        &[r#""password":"<text of "#, r#""name":"t""#],
    ),
    (
        &[
            step("GET", "/v3/{project}/no/such/path", "", &[404]),
            get("/v3/{project}/instances"),
            step("DELETE", "/v3/{project}/dbcache/mapping?id=none", "", &[400]),
        ],
        &["/no/such/path"],
    ),
    // Latency, before and after.
    (
        &[
            arm(r#"{"operation":"ListJobs","every":2,"effect":{"latency_ms":{"from":1,"to":4}}}"#),
            arm(r#"{"operation":"CreateDbCacheMapping","phase":"after",
                "effect":{"latency_ms":{"median":2,"p99":4}}}"#),
            map(&[202]),
            get("/v3/{project}/jobs"),
            later("/v3/{project}/jobs"),
            get("/v3/{project}/jobs"),
            later("/v3/{project}/jobs"),
        ],
        &[r#""fault":"fault-1""#, r#""fault":"fault-2""#],
    ),
    // A job that is held for three seconds, and one that a rule holds for good.
    (
        &[
            step("POST", "/_paper/worlds/{project}/jobs/{6.job_id}/hold", "", &[200]),
            arm(r#"{"operation":"CreateDbCacheMapping","first":1,
                "effect":{"job":"hold","percent":50}}"#),
            map(&[202]),
            later("/v3/{project}/jobs"),
            later("/v3/{project}/jobs"),
            later("/v3/{project}/jobs"),
            step("POST", "/_paper/worlds/{project}/jobs/{6.job_id}/release", "", &[200]),
            later("/v3/{project}/jobs?id={6.job_id}"),
            later("/v3/{project}/jobs?id={6.job_id}"),
        ],
        &[r#""end_time":"2026-01-01T00:00:07+0000""#],
    ),
    // A clock that each look moves, and a scenario: of the project, and of a request.
    (
        &[
            step(
                "POST",
                "/_paper/worlds/{project}/clock/auto-advance",
                r#"{"enabled":true}"#,
                &[200],
            ),
            get("/v3/{project}/jobs?id={6.job_id}"),
            get("/v3/{project}/jobs?id={6.job_id}"),
            step("PUT", "/_paper/worlds/{project}/scenario", r#"{"name":"flaky"}"#, &[200]),
            map(&[503]),
            map(&[202]),
            get("/v3/{project}/jobs?id={13.job_id}"),
            step("POST", "/_paper/worlds/{project}/clock/freeze", "", &[200]),
            Step { header: ("X-Paper-Scenario", "flaky"), ..map(&[202]) },
            get("/v3/{project}/jobs"),
        ],
        &[r#""fault":"flaky-1""#, r#""received":"2026-01-01T00:00:07.000Z""#],
    ),
];

/// The scenario that all may enter.
pub const FLAKY: &str = r#"{"faults":[{"operation":"CreateDbCacheMapping","first":1,
    "effect":{"status":503,"latency_ms":{"from":1,"to":4}}}],"job_seconds":3}"#;
