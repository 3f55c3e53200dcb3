//! The state of all worlds, from one start to the next.

use crate::binary::{Running, fails};
use crate::support::{PROJECT, config, json, send, send_text, start};
use papercloud::{Config, PaperCloud};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A folder of one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("save").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn saving(file: &Path) -> Config {
    Config { state: Some(file.to_owned()), ..config() }
}

fn text(file: &Path) -> String {
    std::fs::read_to_string(file).expect("a file")
}

fn create(cloud: &PaperCloud, project: &str, target: &str) -> Value {
    let body = json!({ "source_instance_id": "a", "target_instance_id": target });
    send(cloud, "POST", &format!("/v3/{project}/dbcache/mapping"), Some(&body)).expect(202)
}

/// What a start is refused with.
#[track_caller]
fn refused(config: &Config) -> String {
    match PaperCloud::start_with(config) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("it starts"),
    }
}

#[test]
fn what_was_there_at_the_end_is_there_at_the_next_start() {
    let file = folder("round").join("world.json");
    let one = start(&saving(&file));
    for project in [PROJECT, "another"] {
        create(&one, project, "b");
    }
    let rule = json!({ "operation": "ListJobs", "first": 2, "effect": { "status": 503 } });
    send(&one, "POST", "/_paper/worlds/another/faults", Some(&rule)).expect(201);
    send(&one, "PUT", "/_paper/scenarios/slow", Some(&json!({ "job_seconds": 60.0 }))).expect(200);
    one.world("another").label("mine");
    one.world(PROJECT).advance(std::time::Duration::from_secs(1));
    let documents = [PROJECT, "another"].map(|project| one.world(project).export());
    one.stop().expect("it saves");

    let saved = text(&file);
    let other = start(&saving(&file));
    let same = [PROJECT, "another"].map(|project| other.world(project).export());
    assert_eq!(same, documents);
    let scenarios = send(&other, "GET", "/_paper/scenarios", None).expect(200);
    assert_eq!(scenarios["scenarios"][0]["name"], "slow");
    let worlds = send(&other, "GET", "/_paper/worlds", None).expect(200);
    assert_eq!(worlds["count"], 2, "{worlds:#}");
    drop(other);
    assert_eq!(text(&file), saved, "nothing has happened since");

    let third = start(&Config { state: None, world: Some(file.clone()), ..config() });
    assert_eq!(third.world(PROJECT).export(), documents[0]);
    create(&third, PROJECT, "c");
    third.world(PROJECT).reset();
    assert_eq!(third.world(PROJECT).export(), documents[0], "it begins as the file says");
    third.stop().expect("there is nothing to save to");
    assert_eq!(text(&file), saved, "the file of --world is only read");
}

#[test]
fn the_file_of_world_is_never_written_whatever_is_done_to_it() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/world.json");
    let folder = folder("own");
    let (world, state) = (folder.join("world.json"), folder.join("state.json"));
    std::fs::copy(&fixture, &world).expect("a copy");
    let config = Config { world: Some(world.clone()), ..saving(&state) };
    let cloud = start(&config);
    create(&cloud, PROJECT, "b");
    std::fs::write(&world, "what somebody has written meanwhile").expect("a file");
    cloud.stop().expect("it saves");
    assert_eq!(text(&world), "what somebody has written meanwhile");
    std::fs::copy(&fixture, &world).expect("a copy");
    let cloud = start(&config);
    let instances = |project: &str| json(&cloud.world(project).export())["instances"].clone();
    assert_eq!(instances(PROJECT).as_array().map(Vec::len), Some(10), "what is saved wins");
    assert_eq!(instances("7f0c2b1d6e5a4938a7b6c5d4e3f20111").as_array().map(Vec::len), Some(2));
}

#[test]
fn a_file_that_was_written_by_hand_goes_on_as_the_state_with_all_that_it_says() {
    let file = folder("by-hand").join("state.json");
    let world = json!({
        "version": 1,
        "access_keys": [{ "access_key": "AK", "secret_key": "planted" }],
        "users": [{ "name": "tester", "password": "planted too", "domain": "tests" }],
        "scenarios": { "slow": { "job_seconds": 60 } },
        "projects": [
            { "id": "*", "instances": [{ "id": "shared", "engine": "dcs-redis" }] },
            { "id": "named", "name": "by name", "scenario": "slow" },
        ],
    });
    std::fs::write(&file, world.to_string()).expect("a file");
    for _ in 0..2 {
        let cloud = start(&saving(&file));
        assert_eq!(json(&cloud.world("new").export())["instances"][0]["id"], "shared");
        let named = json(&cloud.world("named").export());
        assert_eq!(
            (&named["instances"], &named["faults"]["scenario"]),
            (&json!([]), &json!("slow"))
        );
        let projects = send(&cloud, "GET", "/v3/projects?name=by%20name", None).body;
        assert!(projects.to_string().contains("\"named\""), "{projects:#}");
        cloud.stop().expect("it saves");
        let saved = json(&text(&file));
        for member in ["access_keys", "users"] {
            assert_eq!(saved[member], world[member]);
        }
    }
}

#[test]
fn a_token_outlives_a_restart_and_is_not_in_the_file() {
    let file = folder("token").join("world.json");
    let config = Config { auth: papercloud::AuthMode::Verify, ..saving(&file) };
    let one = start(&config);
    let body = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": {
            "name": "papercloud", "password": "papercloud", "domain": { "name": "papercloud" },
        } } },
        "scope": { "project": { "id": PROJECT } },
    } });
    let answer = send(&one, "POST", "/v3/auth/tokens", Some(&body));
    let token = answer.headers["x-subject-token"].to_str().expect("text").to_owned();
    let jobs = format!("/v3/{PROJECT}/jobs?offset=0&limit=10");
    let ask = |cloud: &PaperCloud| {
        send_text(cloud, "GET", &jobs, &[("X-Auth-Token", token.as_str())], "").status
    };
    let before = ask(&one);
    assert_ne!(before, 401);
    one.stop().expect("it saves");
    assert!(!text(&file).contains(&token));
    let other = start(&config);
    assert_eq!(ask(&other), before);
    assert_eq!(send_text(&other, "GET", &jobs, &[("X-Auth-Token", "0")], "").status, 401);
}

#[test]
fn a_file_that_is_not_whole_is_refused_and_left_alone() {
    let file = folder("torn").join("world.json");
    let cloud = start(&saving(&file));
    create(&cloud, PROJECT, "b");
    cloud.stop().expect("it saves");
    let whole = text(&file);
    let at = |word: &str| whole.find(word).expect("it is there");
    let mut pieces: Vec<Vec<u8>> =
        (0..whole.trim_end().len()).map(|cut| whole.as_bytes()[..cut].to_vec()).collect();
    for place in [at("\"projects\""), at("\"jobs\""), at("\"digest\""), whole.len() / 2] {
        let mut zeros = whole.clone().into_bytes();
        zeros[place..].fill(0);
        pieces.push(zeros);
    }
    let half = whole.len() / 2;
    pieces.push([&whole[..half], &whole[half + 1..]].concat().into_bytes());
    pieces.push([&whole[..half], &whole].concat().into_bytes());
    for (from, to) in [("Running", "Runs"), ("\"begun\":1", "\"begun\":2"), ("sha256:", "sha256:0")]
    {
        let changed = whole.replace(from, to);
        pieces.extend((changed != whole).then_some(changed.into_bytes()));
    }
    assert!(pieces.len() > 500, "{}", pieces.len());
    for piece in pieces {
        std::fs::write(&file, &piece).expect("a file");
        for config in [saving(&file), Config { world: Some(file.clone()), ..config() }] {
            let problem = refused(&config);
            assert!(problem.contains("world.json: "), "{problem}");
            assert!(std::fs::read(&file).expect("a file") == piece, "it was written to");
        }
    }
    std::fs::write(&file, &whole).expect("a file");
    drop(start(&saving(&file)));
    assert_eq!(text(&file), whole);
}

#[test]
fn what_does_not_belong_here_is_refused_with_its_field_and_line() {
    let folder = folder("foreign");
    let file = folder.join("world.json");
    let cloud = start(&saving(&file));
    create(&cloud, PROJECT, "b");
    cloud.stop().expect("it saves");
    let whole = text(&file);
    let other_seed = refused(&Config { seed: 7, ..saving(&file) });
    let said = "projects[0].seed: is 0, and this Papercloud has the seed 7 at line 8";
    assert!(other_seed.ends_with(said), "{other_seed}");
    std::fs::write(&file, whole.replace("\"version\": 1", "\"version\": 2")).expect("a file");
    let newer = refused(&saving(&file));
    let said = "world.json: version: this program reads version 1, got 2 at line 2";
    assert!(newer.ends_with(said), "{newer}");
    std::fs::write(&file, whole.replace("mapping-", "mappinG-")).expect("a file");
    let edited = refused(&saving(&file));
    assert!(edited.contains("digest: is not that of what stands before it"), "{edited}");
    let no_file = refused(&Config { save_seconds: Some(1), ..config() });
    assert!(no_file.contains("needs --state FILE"), "{no_file}");
    std::fs::write(&file, &whole).expect("a file");
    let both = refused(&Config { world: Some(file.clone()), ..saving(&file) });
    assert!(both.contains("is the file of --world, which is never written"), "{both}");
    let no_folder = refused(&saving(&folder.join("none/world.json")));
    assert!(no_folder.contains("none: No such file"), "{no_folder}");
    let no_regular = refused(&saving(&folder));
    assert!(no_regular.contains("it is no file"), "{no_regular}");
}

#[test]
fn two_do_not_save_to_one_file() {
    let file = folder("two").join("world.json");
    let one = start(&saving(&file));
    let problem = refused(&saving(&file));
    let holder = format!("another Papercloud saves to it, process {}", std::process::id());
    assert!(problem.contains(&holder), "{problem}");
    let path = file.to_str().expect("a path");
    fails(&["--port", "0", "--state", path], 1, "another Papercloud saves to it");
    create(&one, PROJECT, "b");
    one.stop().expect("it saves");
    let running = Running::start(&["--state", path]);
    let (status, log) = running.signal("TERM");
    assert_eq!(status, Some(0), "{log}");
    assert!(text(&file).contains("CreateDbCacheMapping"), "it was kept");
}

#[test]
fn a_save_that_fails_says_so_and_leaves_the_file_as_it_was() {
    let file = folder("full").join("world.json");
    let path = file.to_str().expect("a path");
    let running = Running::start(&["--state", path]);
    let before = text(&file);
    // Whatever is in the way of the new file does for a disk that is full.
    let obstacle = file.with_extension("json.saving");
    std::fs::create_dir(&obstacle).expect("a folder");
    let refused = ureq::post(running.url("/_paper/save"))
        .config()
        .http_status_as_error(false)
        .build()
        .send_empty()
        .expect("an answer");
    assert_eq!(refused.status(), 500);
    let (status, log) = running.signal("TERM");
    assert_eq!(status, Some(1), "{log}");
    let last = log.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("papercloud: ") && last.contains("the worlds cannot be saved"),
        "{log}"
    );
    assert!(last.ends_with("the file is as it was before"), "{log}");
    assert_eq!(text(&file), before);
    fails(&["--port", "0", "--state", path], 1, "the worlds cannot be saved");
    assert_eq!(text(&file), before);
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_what_is_saved() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder("mode");
    let file = folder.join("world.json");
    std::fs::write(&file, "{\"version\": 1}").expect("a file");
    drop(start(&saving(&file)));
    let mode = std::fs::metadata(&file).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(text(&file).contains("\"digest\""));
}

#[cfg(unix)]
#[test]
fn a_link_stays_one_and_what_it_leads_to_is_written_be_it_there_or_not() {
    use std::os::unix::fs::symlink;
    let folder = folder("links");
    std::fs::create_dir(folder.join("below")).expect("a folder");
    let (file, link, relative) =
        (folder.join("below/state.json"), folder.join("link.json"), folder.join("below/relative"));
    symlink("below/relative", &link).expect("a link");
    symlink("state.json", &relative).expect("a link");
    for round in 0..2 {
        assert_eq!(file.exists(), round > 0);
        let cloud = start(&saving(&link));
        create(&cloud, PROJECT, &format!("b{round}"));
        cloud.stop().expect("it saves");
        for link in [&link, &relative] {
            assert!(std::fs::symlink_metadata(link).expect("a link").is_symlink(), "{link:?}");
        }
        assert_eq!(saved_jobs(&file).len(), round + 1);
    }
    let (one, other) = (folder.join("one"), folder.join("other"));
    symlink(&one, &other).expect("a link");
    symlink(&other, &one).expect("a link");
    assert!(refused(&saving(&one)).contains("leads to itself"));
}

#[test]
fn saving_is_a_control_call_too() {
    let cloud = start(&config());
    let refused = send(&cloud, "POST", "/_paper/save", None);
    assert!(refused.text("/error_msg").contains("start with --state FILE"));
    refused.expect(409);
    let file = folder("call").join("world.json");
    let cloud = start(&saving(&file));
    create(&cloud, PROJECT, "b");
    let saved = send(&cloud, "POST", "/_paper/save", None).expect(200);
    assert_eq!((&saved["worlds"], &saved["left_out"]), (&json!(1), &json!(0)));
    let content = text(&file);
    assert!(content.contains(saved["digest"].as_str().expect("a digest")));
    assert!(content.contains("CreateDbCacheMapping"));
    cloud.save().expect("it saves");
    assert_eq!(text(&file), content);
}

#[test]
fn it_saves_in_between_if_it_is_to() {
    let file = folder("between").join("world.json");
    let path = file.to_str().expect("a path");
    let running = Running::start(&["--state", path, "--save-seconds", "1"]);
    let mut connection = Connection::open(&running);
    connection.create("p", 0).expect("an answer");
    while !text(&file).contains("CreateDbCacheMapping") {
        connection.ask("GET", "/_paper/health", "").expect("it goes on meanwhile");
    }
    let (status, log) = running.signal("KILL");
    assert_eq!(status, None, "{log}");
    assert!(text(&file).contains("CreateDbCacheMapping"));
}

/// A connection that stays open, and that ends when the service ends.
struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    fn open(running: &Running) -> Self {
        let stream = TcpStream::connect(running.address()).expect("a connection");
        Self { stream: BufReader::new(stream) }
    }

    /// The body of the answer, if a whole one comes.
    fn ask(&mut self, method: &str, path: &str, body: &str) -> Option<Value> {
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nX-Auth-Token: t\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.stream.get_mut().write_all(request.as_bytes()).ok()?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).ok().filter(|read| *read > 0)?;
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().expect("a length");
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).ok()?;
        Some(json(&String::from_utf8(body).expect("UTF-8")))
    }

    /// The id of a job, once it is answered.
    fn create(&mut self, project: &str, ordinal: usize) -> Option<String> {
        let body =
            format!(r#"{{"source_instance_id":"s{ordinal}","target_instance_id":"t{ordinal}"}}"#);
        let answer = self.ask("POST", &format!("/v3/{project}/dbcache/mapping"), &body)?;
        Some(answer["job_id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned())
    }
}

/// The ids of the jobs of all worlds in a file.
fn saved_jobs(file: &Path) -> HashSet<String> {
    let content = json(&text(file));
    let worlds = content["projects"].as_array().expect("worlds");
    let jobs = worlds.iter().flat_map(|world| world["jobs"].as_array().expect("jobs"));
    jobs.map(|job| job["id"].as_str().expect("an id").to_owned()).collect()
}

const CONNECTIONS: usize = 4;

/// Creates on several connections until the service ends, which happens in the midst of it. The
/// jobs that were answered, and how many of them were before the last answer to `between`.
fn load(
    running: Running,
    signal: &str,
    between: impl Fn(&mut Connection) -> bool + Sync,
) -> (HashSet<String>, HashSet<String>, Option<i32>) {
    let answered = std::sync::Mutex::new(Vec::new());
    let (sure, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (told, happened) = std::sync::mpsc::channel();
    let mut connections: Vec<_> = (0..=CONNECTIONS).map(|_| Connection::open(&running)).collect();
    let mut keeper = connections.pop().expect("one more");
    let status = std::thread::scope(|scope| {
        for (number, mut connection) in connections.into_iter().enumerate() {
            let (answered, told) = (&answered, told.clone());
            scope.spawn(move || {
                let project = format!("p{}", number % 2);
                for ordinal in 0.. {
                    let ordinal = ordinal * CONNECTIONS + number;
                    let Some(id) = connection.create(&project, ordinal) else { break };
                    answered.lock().expect("nobody panics").push(id);
                    let _ = told.send(());
                }
            });
        }
        scope.spawn(|| {
            while !over.load(Ordering::Acquire) {
                let before = answered.lock().expect("nobody panics").len();
                if !between(&mut keeper) {
                    break;
                }
                sure.store(before, Ordering::Release);
            }
        });
        while sure.load(Ordering::Acquire) < 40 {
            happened.recv().expect("they go on");
        }
        let (status, _) = running.signal(signal);
        over.store(true, Ordering::Release);
        status
    });
    let answered = answered.into_inner().expect("nobody panics");
    let first = answered[..sure.into_inner()].iter().cloned().collect();
    (answered.into_iter().collect(), first, status)
}

#[test]
fn whatever_was_answered_before_a_clean_stop_is_saved() {
    let file = folder("load").join("world.json");
    let path = file.to_str().expect("a path");
    for signal in ["TERM", "INT"] {
        let running = Running::start(&["--state", path]);
        let before = saved_jobs(&file).len();
        let health = |keeper: &mut Connection| keeper.ask("GET", "/_paper/health", "").is_some();
        let (answered, _, status) = load(running, signal, health);
        assert_eq!(status, Some(0));
        let saved = saved_jobs(&file);
        assert!(answered.is_subset(&saved), "{} of {}", saved.len(), answered.len());
        // What was not answered was at most one request on each connection.
        assert!(saved.len() - before <= answered.len() + CONNECTIONS);
        let running = Running::start(&["--state", path]);
        let mut connection = Connection::open(&running);
        for (at, project) in ["p0", "p1"].into_iter().enumerate() {
            let mappings =
                connection.ask("GET", &format!("/_paper/worlds/{project}"), "").expect("a world");
            assert!(mappings["jobs"].as_array().expect("jobs").len() >= 10, "{at}");
        }
        assert_eq!(running.signal("TERM").0, Some(0));
    }
}

#[test]
fn a_kill_loses_what_came_after_the_last_save_and_never_the_file() {
    let file = folder("kill").join("world.json");
    let path = file.to_str().expect("a path");
    for _ in 0..2 {
        let _ = std::fs::remove_file(&file);
        let running = Running::start(&["--state", path]);
        let save = |keeper: &mut Connection| {
            keeper.ask("POST", "/_paper/save", "").is_some_and(|done| done["digest"].is_string())
        };
        let (_, sure, status) = load(running, "KILL", save);
        assert_eq!(status, None, "a signal ended it");
        let saved = saved_jobs(&file);
        assert!(sure.is_subset(&saved), "{} of {}", saved.len(), sure.len());
        let running = Running::start(&["--state", path]);
        assert_eq!(running.signal("TERM").0, Some(0), "the file is whole, and the lock is free");
    }
}
