//! TLS: whose certificate is served, what a client that trusts it gets, and what goes wrong.

use crate::binary::{Running, fails, run};
use crate::support::{PROJECT, config, json, skipped, start};
use papercloud::{Certificate, Config, Connections, PaperCloud, StartError};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

type Secure = StreamOwned<ClientConnection, TcpStream>;

fn secured() -> Config {
    Config { tls: Some(Certificate::SelfSigned), ..config() }
}

/// A connection to a name, whose certificate is verified as usual, trusting the announced one.
fn connect(cloud: &PaperCloud, name: &str, protocols: &[&str]) -> Secure {
    let pem = cloud.certificate().expect("a certificate");
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).expect("PEM")).expect("an anchor");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    client.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let client = ClientConnection::new(Arc::new(client), name).expect("a client");
    StreamOwned::new(client, plain(cloud))
}

fn plain(cloud: &PaperCloud) -> TcpStream {
    let stream = TcpStream::connect(cloud.address()).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
    stream
}

fn create(fault: &str) -> String {
    let body = r#"{"source_instance_id":"a","target_instance_id":"b"}"#;
    format!(
        "POST /v3/{PROJECT}/dbcache/mapping HTTP/1.1\r\nHost: h\r\nX-Auth-Token: t\r\n\
         Connection: close\r\n{fault}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Creates a mapping; the bytes of the answer, and how they ended.
fn ask(stream: &mut (impl Read + Write), fault: &str) -> (String, Result<(), ErrorKind>) {
    stream.write_all(create(fault).as_bytes()).expect("a request");
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes).map(drop).map_err(|error| error.kind());
    (String::from_utf8_lossy(&bytes).into_owned(), ended)
}

/// A folder of a test's own, empty at first, and gone in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        std::fs::write(self.path(name), text).expect("a file");
        self.path(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_self_signed_certificate_is_good_for_each_name_of_the_service() {
    let cloud = start(&Config { allowed_hosts: vec!["paper.example.com".to_owned()], ..secured() });
    assert!(cloud.url().starts_with("https://127.0.0.1:"), "{}", cloud.url());
    let of_cloud = "dcs.eu-mock-1.myhuaweicloud.com";
    for name in ["127.0.0.1", "localhost", "::1", "paper.example.com", of_cloud] {
        let (answer, ended) = ask(&mut connect(&cloud, name, &[]), "");
        assert!(answer.starts_with("HTTP/1.1 202 Accepted\r\n"), "{name}: {answer}");
        assert_eq!(ended, Ok(()), "{name}: the end is announced");
    }
    let mut stranger = connect(&cloud, "other.example.com", &[]);
    let error = stranger.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap_err();
    assert!(error.to_string().contains("not valid for name"), "{error}");
}

#[test]
fn the_protocol_is_agreed_on() {
    let cloud = start(&secured());
    for (offered, agreed) in [
        (&["h2", "http/1.1"][..], Some(&b"http/1.1"[..])),
        (&["http/1.1"], Some(b"http/1.1")),
        (&[], None),
    ] {
        let mut stream = connect(&cloud, "localhost", offered);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).expect("a handshake");
        }
        assert_eq!(stream.conn.alpn_protocol(), agreed, "{offered:?}");
        assert!(ask(&mut stream, "").0.starts_with("HTTP/1.1 202"));
    }
}

#[test]
fn faults_of_the_connection_are_the_same_within_tls() {
    let cloud = start(&secured());
    let (answer, ended) = ask(&mut connect(&cloud, "localhost", &[]), "X-Paper-Fault: reset\r\n");
    assert_eq!((answer.as_str(), ended), ("", Err(ErrorKind::ConnectionReset)));
    let (answer, ended) =
        ask(&mut connect(&cloud, "localhost", &[]), "X-Paper-Fault: truncate\r\n");
    assert!(answer.starts_with("HTTP/1.1 202") && answer.contains("{\"job_id\""), "{answer}");
    assert!(!answer.ends_with('}'), "{answer}");
    assert_eq!(ended, Err(ErrorKind::UnexpectedEof), "the end is not announced");
}

#[test]
fn plain_http_is_told_that_the_port_speaks_https() {
    let cloud = start(&secured());
    let (answer, ended) = ask(&mut plain(&cloud), "");
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
    let body = json(answer.split_once("\r\n\r\n").expect("a body").1);
    assert_eq!(
        body["error_msg"],
        "this port speaks HTTPS (--tls), and the request came in plain HTTP"
    );
    assert_eq!(ended, Ok(()));
}

/// Asks for something; the head of the answer, and its body.
fn told(cloud: &PaperCloud, line: &str, body: &str) -> (String, Value) {
    let mut stream = connect(cloud, "localhost", &[]);
    let host = cloud.address();
    let request = format!(
        "{line} HTTP/1.1\r\nHost: {host}\r\nX-Auth-Token: t\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    (head.to_owned(), json(body))
}

/// The URLs in an answer.
fn urls(body: &Value) -> Vec<String> {
    let text = body.to_string();
    let all = text.split('"').filter(|part| part.contains("://"));
    all.map(str::to_owned).collect()
}

#[test]
fn links_lead_back_to_https() {
    let cloud = start(&secured());
    let user = json!({ "name": Config::USER, "password": Config::USER, "domain": { "name": "papercloud" } });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    let scope = json!({ "project": { "id": PROJECT } });
    let login = json!({ "auth": { "identity": identity, "scope": scope } }).to_string();
    for (line, body) in
        [("POST /v3/auth/tokens", login.as_str()), ("GET /v3/projects", ""), ("GET /v3", "")]
    {
        let (head, body) = told(&cloud, line, body);
        let urls = urls(&body);
        assert!(head.starts_with("HTTP/1.1 20") && !urls.is_empty(), "{line}: {head} {body:#}");
        let own = cloud.url();
        for url in urls {
            assert!(url.starts_with(&own), "{line}: {url}");
        }
    }
}

#[test]
fn the_line_of_an_explanation_works_as_it_is() {
    let folder = Folder::new("explained");
    let (certificate, key) = pair(&folder, "given");
    let given = Certificate::Files { certificate, key };
    for (tls, trust) in [(Certificate::SelfSigned, "--insecure "), (given, "")] {
        let cloud = start(&Config { tls: Some(tls), ..config() });
        let (head, _) = told(&cloud, &format!("POST /v3/{PROJECT}/dbcache/mapping"), "{}");
        let path = head.split("x-paper-explain: ").nth(1).and_then(|rest| rest.lines().next());
        let (_, explained) = told(&cloud, &format!("GET {}", path.expect("a path")), "");
        let line = explained["corrected"]["curl"].as_str().expect("a line");
        let url = format!("curl {trust}-X POST '{}/v3/{PROJECT}/dbcache/mapping'", cloud.url());
        assert!(line.starts_with(&url), "{line}");
        if trust.is_empty() {
            continue;
        }
        let line = format!("{line} -sS --noproxy '*' -w ' %{{http_code}}'");
        let Ok(output) = Command::new("sh").env("TOKEN", "t").args(["-c", &line]).output() else {
            return skipped("there is no shell here");
        };
        let problem = String::from_utf8_lossy(&output.stderr);
        if problem.contains("not found") || problem.contains("not support") {
            return skipped("there is no curl here that speaks TLS");
        }
        let answer = String::from_utf8_lossy(&output.stdout);
        assert!(answer.ends_with(" 202"), "{answer} {problem}");
    }
}

#[test]
fn a_handshake_that_is_not_finished_holds_up_nobody_and_is_ended() {
    let cloud = start(&Config { header_seconds: 1, ..secured() });
    // The head of a record that never comes.
    let mut stalled: Vec<_> = (0..32).map(|_| plain(&cloud)).collect();
    for stream in &mut stalled {
        stream.write_all(&[22, 3, 1, 2, 0]).expect("five bytes");
    }
    assert!(ask(&mut connect(&cloud, "localhost", &[]), "").0.starts_with("HTTP/1.1 202"));
    for mut stream in stalled {
        let mut rest = Vec::new();
        let ended = stream.read_to_end(&mut rest);
        assert!(rest.is_empty() && ended.is_ok_and(|count| count == 0), "it is closed");
    }
    let mut nonsense = plain(&cloud);
    nonsense.write_all(&[22, 3, 1, 0, 5, 9, 9, 9, 9, 9]).expect("nonsense");
    let mut rest = Vec::new();
    let _ = nonsense.read_to_end(&mut rest);
    assert!(ask(&mut connect(&cloud, "localhost", &[]), "").0.starts_with("HTTP/1.1 202"));
}

#[test]
fn a_client_that_never_reads_is_left() {
    let connections = Connections { write_seconds: 1, ..Connections::default() };
    let cloud = start(&Config { connections, ..secured() });
    let mut silent = connect(&cloud, "localhost", &[]);
    let one = "GET /_paper/openapi.json HTTP/1.1\r\nHost: h\r\n\r\n";
    silent.write_all(one.repeat(400).as_bytes()).expect("requests");
    assert!(ask(&mut connect(&cloud, "localhost", &[]), "").0.starts_with("HTTP/1.1 202"));
    crate::abuse::forgets_all(&cloud);
    drop(silent);
}

/// A certificate and its key, as files.
fn pair(folder: &Folder, name: &str) -> (PathBuf, PathBuf) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a pair");
    let certificate = folder.write(&format!("{name}.pem"), &made.cert.pem());
    (certificate, folder.write(&format!("{name}.key"), &made.signing_key.serialize_pem()))
}

#[test]
fn a_given_pair_is_served_and_its_key_shown_nowhere() {
    let folder = Folder::new("a_given_pair");
    let (certificate, key) = pair(&folder, "one");
    let both = std::fs::read_to_string(&certificate).expect("PEM")
        + &std::fs::read_to_string(&key).expect("PEM");
    let both = folder.write("both.pem", &both);
    for (certificate, key) in [(&certificate, &key), (&both, &both)] {
        let tls = Certificate::Files { certificate: certificate.clone(), key: key.clone() };
        let cloud = start(&Config { tls: Some(tls), ..config() });
        assert!(ask(&mut connect(&cloud, "localhost", &[]), "").0.starts_with("HTTP/1.1 202"));
        let shown = cloud.certificate().expect("a certificate");
        assert!(shown.contains("BEGIN CERTIFICATE") && !shown.contains("PRIVATE"), "{shown}");
    }
}

#[test]
fn what_is_wrong_with_a_pair_is_said() {
    let folder = Folder::new("what_is_wrong");
    let (certificate, key) = pair(&folder, "one");
    let (_, other_key) = pair(&folder, "other");
    let encrypted = folder.write(
        "encrypted.key",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
    );
    let old = folder.write(
        "old.key",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n\
         AAAA\n-----END RSA PRIVATE KEY-----\n",
    );
    let nothing = folder.write("nothing.pem", "nothing\n");
    let broken = folder.write("broken.pem", "-----BEGIN CERTIFICATE-----\n%\n");
    let missing = folder.path("missing.pem");
    for (certificate, key, problem) in [
        (&missing, &key, "missing.pem cannot be read: No such file"),
        (&certificate, &missing, "missing.pem cannot be read: No such file"),
        (&nothing, &key, "nothing.pem has no certificate in PEM"),
        (&broken, &key, "broken.pem is no PEM"),
        (&certificate, &nothing, "nothing.pem has no private key in PEM"),
        (&certificate, &encrypted, "encrypted.key has an encrypted key"),
        (&certificate, &old, "old.key has an encrypted key"),
        (&certificate, &other_key, "the key is not the one that belongs to the certificate"),
    ] {
        let tls = Certificate::Files { certificate: certificate.clone(), key: key.clone() };
        let error = PaperCloud::start_with(&Config { tls: Some(tls), ..config() }).unwrap_err();
        assert!(matches!(error, StartError::Tls(_)), "{error}");
        assert!(error.to_string().contains(problem), "{error}");
    }
    let lone = Config { tls_certificate: Some(missing), ..config() };
    let error = PaperCloud::start_with(&lone).unwrap_err();
    assert!(error.to_string().contains("tls_certificate needs tls"), "{error}");
    let nowhere = Config { tls_certificate: Some(folder.path("no/such.pem")), ..secured() };
    let error = PaperCloud::start_with(&nowhere).unwrap_err();
    assert!(error.to_string().contains("such.pem cannot be written"), "{error}");
}

#[test]
fn the_commands_speak_https_with_a_service_whose_certificate_they_are_given() {
    let folder = Folder::new("commands");
    let file = folder.path("papercloud.pem").to_str().expect("UTF-8").to_owned();
    let running = Running::start(&["--tls", "self-signed", "--tls-certificate", &file]);
    let announced = running.announced["certificate"].as_str().expect("PEM");
    assert_eq!(std::fs::read_to_string(&file).expect("PEM"), announced);
    let port = running.port();
    let port = ["--port", port.as_str()];
    let checks = folder
        .write("checks.json", r#"{"project_id":"p","checks":[{"service":"DCS","exactly":0}]}"#);
    let checks = checks.to_str().expect("UTF-8");
    for trust in
        [&["--tls-certificate", file.as_str()][..], &["--insecure"], &["--tls=self-signed"]]
    {
        for command in [&["health"][..], &["wait"], &["verify", checks]] {
            let arguments = [command, trust, &port].concat();
            let output = run(&arguments);
            let problem = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{arguments:?}: {problem}");
        }
        let env = run(&[&["env"], trust, &port].concat());
        let env = String::from_utf8(env.stdout).expect("UTF-8");
        assert!(env.contains(&format!("IAM_ENDPOINT=https://127.0.0.1:{}\n", port[1])), "{env}");
    }
    let (other, _) = pair(&folder, "other");
    let other = other.to_str().expect("UTF-8");
    fails(&["health", port[0], port[1], "--tls-certificate", other], 1, "certificate");
    fails(&["health", port[0], port[1], "--tls-certificate", "/no/such"], 1, "cannot be read");
    fails(&["health", port[0], port[1]], 1, "400 Bad Request");
    fails(&["health", "--host", "192.0.2.1", "--tls=self-signed"], 1, "is not known");
    fails(&["--tls", "cert.pem"], 2, "must be self-signed or CERT.pem:KEY.pem");
}

#[test]
fn curl_trusts_the_written_certificate() {
    let folder = Folder::new("curl");
    let file = folder.path("papercloud.pem");
    let cloud = start(&Config { tls_certificate: Some(file.clone()), ..secured() });
    let url = format!("https://localhost:{}/_paper/ready", cloud.address().port());
    let mut asked = Command::new("curl");
    asked.args(["--noproxy", "*", "-sS", "--cacert"]).arg(&file).arg(url);
    let Ok(output) = asked.output() else { return skipped("there is no curl here") };
    let (said, problem) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("\"ready\""), "{said} {problem}");
}
