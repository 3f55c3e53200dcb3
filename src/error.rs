//! Why a request is refused, free of HTTP bodies.
//!
//! A [`Refusal`] names what is wrong. Which status and code that is, is in the contract and in its
//! service's table ([`Refusal::error_kind`] leads there); how the body looks is `http/reply.rs`.

pub mod control;

use crate::contract::{ErrorKind, InstanceKind, Violation};
use crate::text;
use crate::text::language::Language;
use serde_json::Value;

/// Why a request is refused.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", self.message(Language::English))]
pub enum Refusal {
    /// No operation has this method and path.
    UnknownRoute {
        /// As sent.
        method: String,
        /// As sent.
        path: String,
        /// The operation that was probably meant.
        nearest: Option<String>,
    },
    /// The URL or a header cannot be read.
    MalformedRequest {
        /// What is wrong with it.
        reason: String,
    },
    /// There is no room for what it would leave behind, and nothing that may go.
    LimitReached {
        /// What there are too many of.
        what: &'static str,
        /// How many there may be.
        most: usize,
        /// The flag that says so.
        flag: &'static str,
        /// What to do about it, as the end of the message.
        remedy: &'static str,
    },
    /// The body is over the limit.
    BodyTooLarge {
        /// In bytes.
        limit: usize,
    },
    /// The body did not arrive in time.
    BodyTimeout {
        /// In seconds.
        limit: u64,
    },
    /// The body is in an encoding or in characters that are not read.
    UnsupportedBody {
        /// What is read, and what came.
        reason: String,
    },
    /// The bodies of all requests that are under way take too much memory.
    TooManyBodies {
        /// How many bytes they may have.
        most: usize,
    },
    /// A web page of another site may have sent it.
    ForeignPage {
        /// What shows it, and how to let such requests in.
        reason: String,
    },
    /// The cloud has the operation, and Papercloud has not.
    NotEmulated {
        /// What the SDKs call it, and the service.
        operation: [&'static str; 2],
        /// How and where it is called.
        method: String,
        /// Its template.
        path: &'static str,
        /// Where it says what is emulated.
        list: String,
    },
    /// No credentials, or none that can be read.
    Unauthenticated {
        /// What is wrong with them; never the credentials.
        reason: String,
    },
    /// A token that was good once.
    ExpiredToken {
        /// Since when it no longer is; never the token.
        reason: String,
    },
    /// A signature is not the one that the request should have.
    SignatureMismatch {
        /// What was tried, and what to look at.
        reason: String,
        /// What the service computed, for whoever looks for the difference.
        computed: Box<Computed>,
    },
    /// A placeholder such as `{project_id}` was never filled, or the id has characters that no id has.
    MalformedProjectId {
        /// As sent, shortened.
        got: String,
        /// Whether it is the placeholder of a template.
        placeholder: bool,
    },
    /// A body is needed and none came.
    EmptyBody,
    /// The body is not a JSON object.
    MalformedBody {
        /// Where it stops being one, and what was expected there.
        problem: String,
    },
    /// Parameters break their rules.
    Invalid(Vec<Violation>),
    /// Nothing has this id.
    NotFound {
        /// What was looked for.
        resource: Resource,
        /// As sent, or what the look-up used.
        id: String,
    },
    /// The caller may not use it.
    Forbidden {
        /// As sent.
        id: String,
    },
    /// It is not what the parameter wants.
    WrongEngine {
        /// As sent.
        id: String,
        /// What it is.
        is: String,
        wanted: &'static [InstanceKind],
    },
    /// The operation is not legal in this state.
    WrongState {
        /// What it was asked of.
        resource: Resource,
        id: String,
        state: &'static str,
        /// The states it would have to be in.
        allowed: &'static [&'static str],
    },
    /// Another operation is running.
    Busy {
        /// On what.
        id: String,
    },
    /// A rule of one operation is broken, which says so in its own words.
    Own {
        /// What status and code depend on.
        kind: ErrorKind,
        /// Why, in English.
        english: String,
        /// Why, in Chinese.
        chinese: String,
        /// The parameter that is wrong, and a value that it could have.
        instead: Option<Box<Instead>>,
    },
    /// The service failed.
    Internal {
        /// For the log; the caller is told only that it failed.
        cause: String,
    },
}

/// A parameter that no rule of its own is broken by, and a value that would have been accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instead {
    /// Its path, as in `flavor[0].spec_code`.
    pub parameter: &'static str,
    /// The value.
    pub value: Value,
}

/// What a service computes on its way to a signature; no secret is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Computed {
    /// The request in its canonical form; values of headers that carry tokens are replaced.
    pub canonical_request: String,
    /// The text that is signed.
    pub string_to_sign: String,
}

/// What can be looked for, or be in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A database instance.
    Instance,
    /// A node of an instance.
    Node,
    /// A data migration task.
    MigrationTask,
    /// A backup record.
    Backup,
    Job,
    /// A memory mapping.
    Mapping,
    /// A rule of a memory mapping.
    Rule,
    /// The active-active relationship of an instance.
    Relationship,
    /// The synchronisation of a database.
    Replication,
    /// A token of IAM.
    Token,
    Project,
    /// An HTAP instance of a TaurusDB instance.
    HtapInstance,
}

impl Resource {
    fn name(self, language: Language) -> &'static str {
        match self {
            Self::Instance => language.pick("instance", "实例"),
            Self::Node => language.pick("node", "节点"),
            Self::MigrationTask => language.pick("migration task", "迁移任务"),
            Self::Backup => language.pick("backup record", "备份记录"),
            Self::Job => language.pick("job", "任务"),
            Self::Mapping => language.pick("memory mapping", "内存加速映射"),
            Self::Rule => language.pick("memory acceleration rule", "内存加速规则"),
            Self::Relationship => language.pick("active-active relationship of", "双活关系"),
            Self::Replication => language.pick("data synchronization task", "数据同步任务"),
            Self::Token => language.pick("token", "令牌"),
            Self::Project => language.pick("project", "项目"),
            Self::HtapInstance => language.pick("HTAP instance", "HTAP 实例"),
        }
    }
}

impl Refusal {
    /// The refusal of one operation. What was sent is in its words as [`text::shown`] has it.
    pub fn own(kind: ErrorKind, english: String, chinese: String) -> Self {
        Self::Own { kind, english, chinese, instead: None }
    }

    /// The same, of a parameter that could have another value.
    pub fn instead(self, parameter: &'static str, value: Value) -> Self {
        match self {
            Self::Own { kind, english, chinese, .. } => {
                let instead = Some(Box::new(Instead { parameter, value }));
                Self::Own { kind, english, chinese, instead }
            }
            other => other,
        }
    }

    /// What status and code depend on.
    pub fn error_kind(&self) -> ErrorKind {
        match self {
            Self::UnknownRoute { .. } => ErrorKind::UnknownRoute,
            Self::MalformedRequest { .. } => ErrorKind::MalformedRequest,
            Self::LimitReached { .. } => ErrorKind::LimitReached,
            Self::BodyTooLarge { .. } => ErrorKind::BodyTooLarge,
            Self::BodyTimeout { .. } => ErrorKind::BodyTimeout,
            Self::UnsupportedBody { .. } => ErrorKind::UnsupportedBody,
            Self::TooManyBodies { .. } => ErrorKind::LimitReached,
            Self::ForeignPage { .. } => ErrorKind::ForeignPage,
            Self::NotEmulated { .. } => ErrorKind::NotEmulated,
            Self::Unauthenticated { .. }
            | Self::ExpiredToken { .. }
            | Self::SignatureMismatch { .. } => ErrorKind::Unauthenticated,
            Self::MalformedProjectId { .. } => ErrorKind::MalformedProjectId,
            Self::EmptyBody => ErrorKind::EmptyBody,
            Self::MalformedBody { .. } => ErrorKind::MalformedBody,
            Self::Invalid(violations) => of_all(violations),
            Self::NotFound { resource: Resource::MigrationTask, .. } => ErrorKind::UnknownTask,
            Self::NotFound { resource: Resource::Job, .. } => ErrorKind::UnknownJob,
            Self::NotFound { resource: Resource::Mapping, .. } => ErrorKind::UnknownMapping,
            Self::NotFound { resource: Resource::Rule, .. } => ErrorKind::UnknownRule,
            Self::NotFound { resource: Resource::Relationship, .. } => ErrorKind::NoRelationship,
            Self::NotFound { resource: Resource::Replication, .. } => ErrorKind::UnknownReplication,
            Self::NotFound { resource: Resource::Token, .. } => ErrorKind::UnknownToken,
            Self::NotFound { resource: Resource::Project, .. } => ErrorKind::UnknownProject,
            Self::NotFound { resource: Resource::HtapInstance, .. } => {
                ErrorKind::UnknownHtapInstance
            }
            Self::NotFound { .. } => ErrorKind::UnknownInstance,
            Self::Forbidden { .. } => ErrorKind::Forbidden,
            Self::WrongEngine { .. } => ErrorKind::WrongEngine,
            Self::WrongState { .. } => ErrorKind::WrongState,
            Self::Busy { .. } => ErrorKind::Busy,
            Self::Own { kind, .. } => *kind,
            Self::Internal { .. } => ErrorKind::Internal,
        }
    }

    /// What its answer says by headers.
    pub fn headers(&self) -> Vec<(&'static str, &'static str)> {
        match self {
            Self::UnsupportedBody { .. } => vec![("accept-encoding", "gzip, deflate")],
            Self::TooManyBodies { .. } => vec![("retry-after", "1")],
            _ => Vec::new(),
        }
    }

    /// One readable line: what was got and what is allowed.
    pub fn message(&self, language: Language) -> String {
        if let Self::Invalid(violations) = self {
            // What they got is fit to be shown already.
            return join(violations, language);
        }
        let mut shown = self.clone();
        for value in shown.values() {
            *value = text::shown(value);
        }
        match language {
            Language::English => shown.in_english(),
            Language::Chinese => shown.in_chinese(),
        }
    }

    /// What somebody has sent, as it was sent.
    fn values(&mut self) -> Vec<&mut String> {
        match self {
            Self::NotFound { id, .. }
            | Self::Forbidden { id }
            | Self::WrongState { id, .. }
            | Self::Busy { id } => vec![id],
            Self::WrongEngine { id, is, .. } => vec![id, is],
            _ => Vec::new(),
        }
    }

    fn in_english(&self) -> String {
        match self {
            Self::UnknownRoute { method, path, nearest } => {
                let meant = nearest
                    .as_deref()
                    .map_or_else(String::new, |route| format!("; the nearest one is {route}"));
                format!("The API does not exist or has not been published: {method} {path}{meant}")
            }
            Self::NotEmulated { operation: [name, service], method, path, list } => format!(
                "Papercloud does not emulate {name} of {service} ({method} {path}); {list} lists \
                 what it does"
            ),
            Self::MalformedRequest { reason } => format!("Malformed request: {reason}"),
            Self::LimitReached { what, most, flag, remedy } => format!(
                "Papercloud keeps at most {most} {what} ({flag}), and none of them can be \
                 forgotten now{remedy}"
            ),
            Self::BodyTooLarge { limit } => {
                format!("The request body is larger than {} MB", limit / 1_000_000)
            }
            Self::BodyTimeout { limit } => {
                format!("The request body did not arrive within {limit} seconds")
            }
            Self::UnsupportedBody { reason } | Self::ForeignPage { reason } => reason.clone(),
            Self::TooManyBodies { most } => format!(
                "the bodies of all requests that are under way have more than {} MiB; send this \
                 one again",
                most >> 20
            ),
            Self::Unauthenticated { reason }
            | Self::ExpiredToken { reason }
            | Self::SignatureMismatch { reason, .. } => {
                format!("Incorrect IAM authentication information: {reason}")
            }
            Self::MalformedProjectId { got, placeholder: true } => format!(
                "the project ID was never filled in: the URL still has {got}; \
                 give the client a project ID"
            ),
            Self::MalformedProjectId { got, placeholder: false } => format!(
                "project_id must be 1 to 64 letters, digits, hyphens and underscores, got {got}"
            ),
            Self::EmptyBody => "the request body is empty; a JSON object is needed".to_owned(),
            Self::MalformedBody { problem } => format!("the request body {problem}"),
            Self::Invalid(violations) => join(violations, Language::English),
            Self::NotFound { resource, id } => {
                format!("{} {id} does not exist", resource.name(Language::English))
            }
            Self::Forbidden { id } => format!("no permission to operate {id}"),
            Self::WrongEngine { id, is, wanted } => {
                format!("{id} must be {}, but it is {is}", InstanceKind::list(wanted, " or "))
            }
            Self::WrongState { resource, id, state, allowed } => format!(
                "{} {id} is {state}; the operation is allowed only in {}",
                resource.name(Language::English),
                allowed.join(", ")
            ),
            Self::Busy { id } => format!("another operation is running on {id}"),
            Self::Own { english, .. } => english.clone(),
            Self::Internal { .. } => "internal service error".to_owned(),
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Self::MalformedProjectId { got, placeholder: true } => {
                format!("未填写项目 ID：URL 中仍为 {got}")
            }
            Self::MalformedProjectId { got, placeholder: false } => {
                format!("project_id 必须是 1 到 64 个字母、数字、连字符或下划线，实际为 {got}")
            }
            Self::EmptyBody => "请求体为空，需要一个 JSON 对象".to_owned(),
            Self::MalformedBody { problem } => format!("请求体格式错误（{problem}）"),
            Self::Invalid(violations) => join(violations, Language::Chinese),
            Self::NotFound { resource, id } => {
                format!("{}不存在：{id}", resource.name(Language::Chinese))
            }
            Self::Forbidden { id } => format!("无权限操作 {id}"),
            Self::WrongEngine { id, is, wanted } => {
                format!("{id} 必须是 {}，实际为 {is}", InstanceKind::list(wanted, " 或 "))
            }
            Self::WrongState { resource, id, state, allowed } => format!(
                "{} {id} 的状态为 {state}，仅在以下状态允许该操作：{}",
                resource.name(Language::Chinese),
                allowed.join("、")
            ),
            Self::Busy { id } => format!("{id} 上有其他操作正在执行"),
            Self::Own { chinese, .. } => chinese.clone(),
            Self::Internal { .. } => "服务内部错误".to_owned(),
            // The gateway answers before any service is reached, and only in English.
            Self::UnknownRoute { .. }
            | Self::MalformedRequest { .. }
            | Self::LimitReached { .. }
            | Self::BodyTooLarge { .. }
            | Self::BodyTimeout { .. }
            | Self::UnsupportedBody { .. }
            | Self::TooManyBodies { .. }
            | Self::ForeignPage { .. }
            | Self::NotEmulated { .. }
            | Self::Unauthenticated { .. }
            | Self::ExpiredToken { .. }
            | Self::SignatureMismatch { .. } => self.in_english(),
        }
    }
}

/// What several violations are together: a malformed id only if nothing else is wrong.
fn of_all(violations: &[Violation]) -> ErrorKind {
    let mut situations = violations.iter().map(|violation| violation.rule.error_kind());
    let first = situations.next().unwrap_or(ErrorKind::InvalidParameter);
    if situations.all(|next| next == first) { first } else { ErrorKind::InvalidParameter }
}

fn join(violations: &[Violation], language: Language) -> String {
    let separator = language.pick("; ", "；");
    violations.iter().map(|one| one.say(language)).collect::<Vec<_>>().join(separator)
}
