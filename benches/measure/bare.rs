//! What a handler costs that does as little as possible: the bare axum server, (a), and the server
//! of one fixed answer, (b).

use crate::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::{TcpSocket, TcpStream};
use uuid::Uuid;

/// Serves the bare handlers, on the kind of runtime and with the settings that Papercloud has by
/// default.
pub fn serve() -> Result<()> {
    let state = Arc::new(Cloud::default());
    let router = Router::new()
        .route("/v3/{project_id}/dbcache/mapping", post(create::<Mapping>))
        .route(
            "/v3/{project_id}/instances/{instance_id}/dual-active-relationship",
            post(create::<DualActive>),
        )
        .route("/v2/{project_id}/migration/{task_id}/task", post(create::<OnlineMigration>))
        .route("/v2/{project_id}/migration-task", post(create::<Import>))
        .route(
            "/v3/{project_id}/instances/{instance_id}/clickhouse/replication",
            post(create::<Replication>),
        )
        .route("/v3/{project_id}/jobs", get(show))
        .route("/v2/{project_id}/migration-tasks", get(list))
        .with_state(state);
    accept(move |stream| {
        let service = TowerToHyperService::new(router.clone());
        let connection = protocol().serve_connection(TokioIo::new(stream), service);
        async {
            // A client that goes away is no error.
            let _ = connection.await;
        }
    })
}

/// HTTP as Papercloud speaks it to most of its clients.
pub fn protocol() -> http1::Builder {
    let mut protocol = http1::Builder::new();
    protocol.half_close(true).header_read_timeout(None);
    protocol
}

/// Accepts connections for ever, after the port was announced as Papercloud announces its own.
pub fn accept<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let accepting = async move {
        let socket = TcpSocket::new_v4()?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        // As many may wait as at Papercloud.
        let listener = socket.listen(4096)?;
        println!(r#"{{"port":{}}}"#, listener.local_addr()?.port());
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(serve(stream));
        }
    };
    // On a worker, as Papercloud accepts.
    runtime.block_on(async { tokio::spawn(accepting).await? })
}

/// What was created.
#[derive(Default)]
struct Cloud {
    jobs: Mutex<HashMap<Uuid, Job>>,
    key: RandomState,
    drawn: AtomicU64,
}

#[derive(Clone, Serialize)]
struct Job {
    id: Uuid,
    name: &'static str,
    status: &'static str,
    instance_id: Box<str>,
}

impl Cloud {
    /// An id that nobody guesses: as cheap as a source of random numbers.
    fn draw(&self) -> Uuid {
        let number = self.drawn.fetch_add(1, Ordering::Relaxed);
        let half = |side: u8| self.key.hash_one((number, side));
        let bytes = Uuid::from_u64_pair(half(0), half(1)).into_bytes();
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

/// What a body is read as.
trait Body: for<'b> Deserialize<'b> {
    const NAME: &str;
    /// The instance that a job is kept with.
    fn instance(self) -> String;
}

async fn create<B: Body>(
    State(cloud): State<Arc<Cloud>>,
    Path(path): Path<HashMap<String, String>>,
    body: Bytes,
) -> Response {
    let read: B = match serde_json::from_slice(&body) {
        Ok(read) => read,
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    std::hint::black_box(path);
    let id = cloud.draw();
    let instance_id = read.instance().into();
    let job = Job { id, name: B::NAME, status: "Running", instance_id };
    cloud.jobs.lock().unwrap_or_else(PoisonError::into_inner).insert(id, job);
    answer(StatusCode::ACCEPTED, &Started { job_id: id, id })
}

#[derive(Serialize)]
struct Started {
    job_id: Uuid,
    id: Uuid,
}

#[derive(Serialize)]
struct Shown {
    job: Job,
    jobs: [Job; 1],
    total_count: usize,
}

async fn show(State(cloud): State<Arc<Cloud>>, uri: Uri) -> Response {
    let id = uri.query().and_then(|query| query.strip_prefix("id="));
    let Some(id) = id.and_then(|id| Uuid::try_parse(id).ok()) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let job = cloud.jobs.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
    match job {
        Some(job) => answer(StatusCode::OK, &Shown { jobs: [job.clone()], job, total_count: 1 }),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Serialize)]
struct Listed {
    count: usize,
    migration_tasks: Vec<Job>,
}

async fn list(State(cloud): State<Arc<Cloud>>) -> Response {
    let jobs = cloud.jobs.lock().unwrap_or_else(PoisonError::into_inner);
    let migration_tasks = jobs.values().take(10).cloned().collect();
    let listed = Listed { count: jobs.len(), migration_tasks };
    drop(jobs);
    answer(StatusCode::OK, &listed)
}

fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    let json = HeaderMap::from_iter([(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    )]);
    match serde_json::to_vec(body) {
        Ok(body) => (status, json, body).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

// The bodies, with the members that the pages' examples have.

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Mapping {
    source_instance_id: String,
    target_instance_id: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct DualActive {
    destination_region: String,
    destination_instance_id: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct OnlineMigration {
    migration_method: String,
    bandwidth_limit_mb: Option<u16>,
    resume_mode: String,
    source_instance: Side,
    target_instance: Side,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Side {
    id: Option<String>,
    addrs: Option<String>,
    password: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Import {
    task_name: String,
    description: Option<String>,
    migration_type: String,
    migration_method: String,
    backup_files: Option<BackupFiles>,
    target_instance: Target,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct BackupFiles {
    bucket_name: Option<String>,
    file_source: String,
    files: Vec<File>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct File {
    size: Option<String>,
    file_name: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Target {
    id: String,
    name: Option<String>,
    password: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Replication {
    source_instance_id: String,
    source_node_id: Option<String>,
    source_database: String,
}

macro_rules! bodies {
    ($($body:ident: $self:ident => $instance:expr;)*) => {$(
        impl Body for $body {
            const NAME: &str = stringify!($body);
            fn instance($self) -> String { $instance }
        }
    )*};
}

bodies! {
    Mapping: self => self.target_instance_id;
    DualActive: self => self.destination_instance_id;
    OnlineMigration: self => self.target_instance.id.unwrap_or_default();
    Import: self => self.target_instance.id;
    Replication: self => self.source_instance_id;
}
