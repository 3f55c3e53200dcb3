//! The scenes of the soak. Each says exactly what has to be answered, whatever was before it.

use super::client::{Client, FAULT, require_equal};
use crate::Result;
use serde_json::{Value, json};

/// A scene by its name.
pub type Scene = (&'static str, fn(&mut Client) -> Result<()>);

/// All of them.
pub const SCENES: [Scene; 9] = [
    ("plain load", load),
    ("jobs followed to their end", follow),
    ("refused", refused),
    ("faults armed", faults),
    ("connections reset and cut off", cut_off),
    ("clocks moved", clocks),
    ("exported and imported", move_world),
    ("reset", reset),
    ("worlds that come and go", pass),
];

const MAPPING: &str = r#"{"source_instance_id":"356cf333ab77413f9d2526605227be08in01","target_instance_id":"2bb234c7175c400aab91de7c62174c0ein12"}"#;
const DUAL_ACTIVE: &str = r#"{"destination_region":"ap-southeast-1","destination_instance_id":"b4d8ea2584e047439a667703c0684119in06"}"#;
const REPLICATION: &str =
    r#"{"source_instance_id":"2d39ea6ddc2a4bcd8e5f3f4b0a1c9d7ein07","source_database":"orders"}"#;
const ONLINE: &str = r#"{"migration_method":"incremental_migration","resume_mode":"auto","source_instance":{"addrs":"192.168.1.1:6379","password":"secret"},"target_instance":{"id":"cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd"}}"#;
const IMPORT: &str = r#"{"task_name":"soak","migration_type":"backupfile_import","migration_method":"full_amount_migration","backup_files":{"file_source":"self_build_obs","bucket_name":"bucket","files":[{"file_name":"file"}]},"target_instance":{"id":"d2c8399f-bdba-43c1-8069-3ff17a1a79d5"}}"#;

/// The five documented calls: path after the project, body, and status.
const CALLS: [(&str, &str, &str, u16); 5] = [
    ("v3", "dbcache/mapping", MAPPING, 202),
    (
        "v3",
        "instances/a4d8ea2584e047439a667703c0684119in06/dual-active-relationship",
        DUAL_ACTIVE,
        202,
    ),
    ("v2", "migration/90754308-a156-406f-a837-8f852f38a646/task", ONLINE, 200),
    ("v2", "migration-task", IMPORT, 200),
    (
        "v3",
        "instances/54e42160670e48e789af7075e1efea1fin16/clickhouse/replication",
        REPLICATION,
        200,
    ),
];

/// Creates a mapping, and returns the job.
fn create(client: &mut Client) -> Result<String> {
    let path = format!("/v3/{}/dbcache/mapping", client.project());
    let answer = client.expect(202, "POST", &path, Some(MAPPING))?.json()?;
    Ok(answer["job_id"].as_str().ok_or("no job was started")?.to_owned())
}

/// The status of a job.
fn status(client: &mut Client, job: &str) -> Result<Value> {
    let path = format!("/v3/{}/jobs?id={job}", client.project());
    Ok(client.expect(200, "GET", &path, None)?.json()?["jobs"][0]["status"].take())
}

fn require(what: &str, got: &Value, expected: &Value) -> Result<()> {
    if got == expected { Ok(()) } else { Err(format!("{what}: {got}, not {expected}").into()) }
}

fn load(client: &mut Client) -> Result<()> {
    let project = client.project();
    let job = create(client)?;
    for _ in 0..40 {
        for (version, rest, body, status) in CALLS {
            let path = format!("/{version}/{project}/{rest}");
            client.expect(status, "POST", &path, Some(body))?;
        }
        for path in [
            format!("/v3/{project}/jobs?id={job}"),
            format!("/v3/{project}/jobs?limit=10"),
            format!("/v3/{project}/dbcache/mappings"),
            format!("/v2/{project}/migration-tasks?limit=10"),
        ] {
            client.expect(200, "GET", &path, None)?;
        }
    }
    Ok(())
}

fn follow(client: &mut Client) -> Result<()> {
    client.control(200, "POST", "/clock/freeze", &json!({}))?;
    let job = create(client)?;
    for _ in 0..20 {
        require("a job under way", &status(client, &job)?, &json!("Running"))?;
    }
    client.control(200, "POST", "/clock/advance", &json!({ "seconds": 60 }))?;
    require("a job that is over", &status(client, &job)?, &json!("Completed"))?;
    let failing = create(client)?;
    let rest = format!("/jobs/{failing}/fail");
    client.control(200, "POST", &rest, &json!({ "reason": "soaked" }))?;
    require("a job that was failed", &status(client, &failing)?, &json!("Failed"))?;
    client.control(200, "POST", "/clock/resume", &json!({})).map(drop)
}

fn refused(client: &mut Client) -> Result<()> {
    let project = client.project();
    for (version, rest, _, _) in CALLS {
        let path = format!("/{version}/{project}/{rest}");
        for body in ["{}", "{", "[]", r#"{"source_instance_id":7}"#] {
            client.expect(400, "POST", &path, Some(body))?;
        }
    }
    client.expect(404, "GET", &format!("/v3/{project}/nothing"), None)?;
    client.control(400, "POST", "/faults", &json!({ "operation": "Nothing" })).map(drop)
}

/// Arms a fault that hits the next mapping only, and creates one.
fn hit(client: &mut Client, effect: &Value) -> Result<Result<crate::client::Answer>> {
    let rule = json!({ "operation": "CreateDbCacheMapping", "first": 1, "effect": effect });
    client.control(201, "POST", "/faults", &rule)?;
    let path = format!("/v3/{}/dbcache/mapping", client.project());
    let answer = client.send("POST", &path, Some(MAPPING));
    create(client)?;
    client.control(204, "DELETE", "/faults", &Value::Null)?;
    Ok(answer)
}

fn faults(client: &mut Client) -> Result<()> {
    for (effect, status) in [
        (json!({ "status": 500 }), 500),
        (json!({ "status": 503 }), 503),
        (json!({ "throttle": 1 }), 429),
        (json!({ "error": "WrongState" }), 403),
        (json!({ "latency_ms": 2 }), 202),
        (json!({ "slow_body": 5 }), 202),
        (json!({ "malformed": true }), 202),
    ] {
        let answer = hit(client, &effect)??;
        if answer.status != status || answer.header(FAULT).is_none() {
            return Err(format!("{effect} gave {answer:?}").into());
        }
        if answer.json().is_ok() == effect["malformed"].is_boolean() {
            return Err(format!("{effect} gave the body {}", answer.body).into());
        }
    }
    Ok(())
}

fn cut_off(client: &mut Client) -> Result<()> {
    for effect in [json!({ "reset": true }), json!({ "truncate": true })] {
        if let Ok(answer) = hit(client, &effect)? {
            return Err(format!("{effect} gave a whole answer: {answer:?}").into());
        }
    }
    Ok(())
}

fn clocks(client: &mut Client) -> Result<()> {
    client.control(200, "POST", "/clock/freeze", &json!({}))?;
    for _ in 0..10 {
        create(client)?;
        client.control(200, "POST", "/clock/advance", &json!({ "to": "next-event" }))?;
    }
    client.control(200, "POST", "/clock/advance", &json!({ "seconds": 3600 }))?;
    client.control(200, "POST", "/clock/resume", &json!({ "scale": 60 }))?;
    load(client)?;
    client.control(200, "GET", "/clock", &Value::Null)?;
    client.control(200, "POST", "/clock/resume", &json!({ "scale": 1 })).map(drop)
}

fn move_world(client: &mut Client) -> Result<()> {
    client.control(200, "POST", "/clock/freeze", &json!({}))?;
    let job = create(client)?;
    let before = client.control(200, "GET", "", &Value::Null)?.body;
    let path = format!("/_paper/worlds/{}", client.project());
    client.expect(200, "PUT", &path, Some(&before))?;
    let after = client.control(200, "GET", "", &Value::Null)?.body;
    require_equal("what was imported and what is exported", &before, &after)?;
    require("a job that was imported", &status(client, &job)?, &json!("Running"))?;
    client.expect(400, "PUT", &path, Some(&before[..before.len() / 2]))?;
    client.control(200, "POST", "/clock/resume", &json!({})).map(drop)
}

fn reset(client: &mut Client) -> Result<()> {
    create(client)?;
    client.reset()?;
    let path = format!("/v3/{}/jobs", client.project());
    let listed = client.expect(200, "GET", &path, None)?.json()?;
    require("jobs after a reset", &listed["total_count"], &json!(0))
}

fn pass(client: &mut Client) -> Result<()> {
    for _ in 0..20 {
        let project = client.fresh_project();
        let path = format!("/v3/{project}/dbcache/mapping");
        client.expect(202, "POST", &path, Some(MAPPING))?;
        client.expect(200, "GET", &format!("/v3/{project}/jobs"), None)?;
        client.expect(200, "GET", &format!("/_paper/worlds/{project}/requests"), None)?;
        client.expect(204, "DELETE", &format!("/_paper/worlds/{project}"), None)?;
    }
    Ok(())
}

/// Asks in a project that others ask in too and reset: what is found there is anyone's guess, but
/// nothing fails.
pub fn stir(client: &mut Client) -> Result<()> {
    const SHARED: &str = "0000000000000000000000000000abcd";
    let path = format!("/v3/{SHARED}/dbcache/mapping");
    for _ in 0..200 {
        let answer = client.expect(202, "POST", &path, Some(MAPPING))?.json()?;
        let job = answer["job_id"].as_str().unwrap_or_default();
        for path in [format!("/v3/{SHARED}/jobs?id={job}"), format!("/v3/{SHARED}/jobs?limit=10")] {
            let answer = client.send("GET", &path, None)?;
            if answer.status >= 500 {
                return Err(format!("{path}: {answer:?}").into());
            }
        }
    }
    client.expect(204, "DELETE", &format!("/_paper/worlds/{SHARED}"), None).map(drop)
}
