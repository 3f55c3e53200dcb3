//! Obtaining a User Token: a password, or another token, for one that is good for a day.

use super::service::SERVICE;
use super::token::{NOCATALOG, REPLY, REPLY_HEADERS, Reply};
use crate::cloud::{Grant, Identity, RequestContext, Scope};
use crate::contract::{Certainty, Contract, ErrorKind, Field, Kind, Note, Refused, Source};
use crate::credentials::{NamedProject, Projects, USER, split_scenario};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use crate::project_id::is_project_id;
use crate::text;
use axum::http::{Method, StatusCode};
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "KeystoneCreateUserTokenByPassword",
    title: "Obtaining a User Token Through Password Authentication",
    service: &SERVICE,
    source: Source::Companion("KeystoneCreateUserTokenByPassword"),
    method: Method::POST,
    path: "/v3/auth/tokens",
    query: &[NOCATALOG],
    body: &[Field::mandatory("auth", Kind::Object(AUTH)).means("who asks, and for what")],
    success: StatusCode::CREATED,
    reply: REPLY,
    reply_headers: REPLY_HEADERS,
    open: true,
    refusals: &[
        Refused::new(ErrorKind::Forbidden, StatusCode::FORBIDDEN, "403"),
        Refused::new(ErrorKind::UnknownProject, StatusCode::NOT_FOUND, "404"),
    ],
    notes: &[Note {
        matter: "A real account knows its users; a test's configuration names users of its own.",
        decision: "A user or token that is not known is accepted with a warning, unless resources \
                   are enforced or --auth is verify. The wrong password of a known user is always \
                   401.",
    }],
    example: include_str!(
        "../../../fixtures/iam/keystone_create_user_token_by_password/documented.json"
    ),
    changes_nothing: true,
    ..Contract::BLANK
};

static AUTH: &[Field] = &[
    Field::mandatory("identity", Kind::Object(IDENTITY)).means("who asks"),
    Field::optional("scope", Kind::Object(SCOPE))
        .means("what the token is to be good for; the account if it is left out"),
];

static IDENTITY: &[Field] = &[
    Field::mandatory("methods", Kind::List(&METHOD, 8)).means("how they prove it").notes(&[Note {
        matter: "The SDK also lists the methods totp and assume_role.",
        decision: "Only password and token are emulated.",
    }]),
    Field::mandatory_when("password", Kind::Object(PASSWORD), ("methods", "password"))
        .means("a user and their password"),
    Field::mandatory_when("token", Kind::Object(TOKEN), ("methods", "token"))
        .means("a token that they have"),
];

static METHOD: Kind = Kind::OneOf(&["password", "token"]);

static PASSWORD: &[Field] =
    &[Field::mandatory("user", Kind::Object(PASSWORD_USER)).means("the user")];

static PASSWORD_USER: &[Field] = &[
    Field::optional("id", Kind::TEXT).means("ID of the user").known_from(Certainty::Client),
    Field::mandatory_unless("name", Kind::TEXT, "id").means("name of the user").notes(&[Note {
        matter: "The table wants name and domain; gopher-style clients may send the ID instead.",
        decision: "Either is accepted, for users, domains and projects.",
    }]),
    Field::mandatory("password", Kind::TEXT).means("password").secret(),
    Field::mandatory_unless("domain", Kind::Object(DOMAIN), "id").means("the user's account"),
];

static DOMAIN: &[Field] = &[
    Field::optional("id", Kind::TEXT).means("ID of the account").known_from(Certainty::Client),
    Field::mandatory_unless("name", Kind::TEXT, "id").means("name of the account"),
];

static TOKEN: &[Field] = &[Field::mandatory("id", Kind::TEXT).means("the token").secret()];

static SCOPE: &[Field] = &[
    Field::optional("domain", Kind::Object(OPTIONAL_DOMAIN)).means("the account").notes(&[Note {
        matter: "Nothing says what a scope with both a project and a domain is.",
        decision: "The project.",
    }]),
    Field::optional("project", Kind::Object(SCOPE_PROJECT)).means("a project"),
];

static OPTIONAL_DOMAIN: &[Field] = &[
    Field::optional("id", Kind::TEXT).means("ID of the account"),
    Field::optional("name", Kind::TEXT).means("name of the account"),
];

static SCOPE_PROJECT: &[Field] = &[
    Field::optional("id", Kind::TEXT).means("ID of the project"),
    Field::optional("name", Kind::TEXT)
        .means("name of the project: that of the region, or the region, _ and an ID"),
    Field::optional("domain", Kind::Object(OPTIONAL_DOMAIN))
        .means("the account it is in")
        .known_from(Certainty::Client),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    nocatalog: Option<String>,
    auth: Auth,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Auth {
    identity: SentIdentity,
    scope: Option<SentScope>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SentIdentity {
    methods: Vec<String>,
    password: Option<Password>,
    token: Option<SentToken>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Password {
    user: SentUser,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SentUser {
    id: Option<String>,
    name: Option<String>,
    password: String,
    domain: Option<IdOrName>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SentToken {
    id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SentScope {
    domain: Option<IdOrName>,
    project: Option<SentProject>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SentProject {
    id: Option<String>,
    name: Option<String>,
    #[expect(dead_code, reason = "every account has all projects")]
    domain: Option<IdOrName>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdOrName {
    id: Option<String>,
    name: Option<String>,
}

pub struct KeystoneCreateUserTokenByPassword;

impl Operation for KeystoneCreateUserTokenByPassword {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let Auth { identity: sent, scope } = request.auth;
        let with = |method: &&str| sent.methods.iter().any(|sent| sent == method);
        let methods: Vec<_> = ["password", "token"].into_iter().filter(with).collect();
        let identity = match (sent.password, sent.token) {
            (Some(password), _) if methods.contains(&"password") => user(password.user, context)?,
            (_, Some(token)) => holder(&token.id, context)?,
            _ => return Err(wrong("neither a password nor a token was sent")),
        };
        let scope = scope_of(scope, &identity, context)?;
        let now = context.now_in(&scope);
        if context.access.account.make_room_for_token(&scope)? {
            context.warn("the oldest token of the scope was forgotten (--max-jobs)");
        }
        let token = context.access.account.issue(Grant { identity, methods, scope }, now);
        Ok(Reply::of(&token, request.nocatalog.is_none(), context))
    }

    fn headers(reply: &Reply) -> Vec<(&'static str, String)> {
        reply.headers()
    }
}

/// The user, if the password is theirs; one that nobody knows is adopted where that is allowed.
fn user(sent: SentUser, context: &mut RequestContext<'_>) -> Result<Identity, Refusal> {
    let is_meant = |known: &Identity, name: &str| match &sent.id {
        Some(id) => known.user_id() == *id,
        None => name == known.user && sent.domain.as_ref().is_none_or(|it| it.is(known)),
    };
    let users = &context.settings.credentials.users;
    let known = |name: &str| {
        let mut users = users.iter().map(|user| (Identity::from(user), &user.password));
        users.find(|(identity, _)| is_meant(identity, name))
    };
    let whole = sent.name.as_deref().unwrap_or_default();
    let before_scenario = || known(split_scenario(whole)?.0);
    if let Some((identity, password)) = known(whole).or_else(before_scenario) {
        // The token is that of a user who has the scenario in their name.
        let identity = match &sent.name {
            Some(name) => Identity { user: name.clone(), ..identity },
            None => identity,
        };
        let holds = password.is(&sent.password);
        return if holds { Ok(identity) } else { Err(wrong(WRONG_PASSWORD)) };
    }
    let name = sent.name.or(sent.id).unwrap_or_default();
    let domain = sent.domain.and_then(|domain| domain.name.or(domain.id));
    adopt(context, WRONG_PASSWORD, format!("user {} is not known; adopted", text::quoted(&name)))?;
    let domain = domain.unwrap_or_else(|| USER.to_owned());
    Ok(Identity { user: name, domain, projects: Projects::All })
}

/// Real answers do not tell which of the two is wrong either.
const WRONG_PASSWORD: &str = "the user name or password is wrong";

/// Whose token it is; one that was not issued here is the first user's where that is allowed.
fn holder(text: &str, context: &mut RequestContext<'_>) -> Result<Identity, Refusal> {
    let Some(token) = context.access.account.token(text) else {
        adopt(
            context,
            "the token was not issued here",
            "the token was not issued here".to_owned(),
        )?;
        return Ok(context.access.account.first_identity());
    };
    if context.now_in(&token.scope) < token.expires {
        return Ok(token.identity.clone());
    }
    let reason = format!("the token expired at {}", token.expires.with_milliseconds());
    Err(Refusal::ExpiredToken { reason })
}

/// Lets an unknown user in, where credentials need not be known.
fn adopt(context: &mut RequestContext<'_>, refused: &str, told: String) -> Result<(), Refusal> {
    if context.access.verifies {
        return Err(wrong(refused));
    }
    context.refuse_or_warn_with(wrong(refused), |_| told)
}

/// What the token is to be good for, if the user may use it.
fn scope_of(
    scope: Option<SentScope>,
    identity: &Identity,
    context: &RequestContext<'_>,
) -> Result<Scope, Refusal> {
    let Some(SentScope { project: wanted, domain }) = scope else { return Ok(Scope::Domain) };
    let Some(wanted) = wanted.filter(|wanted| wanted.id.is_some() || wanted.name.is_some()) else {
        return match domain.filter(|domain| !domain.is(identity)) {
            Some(other) => {
                Err(Refusal::Forbidden { id: other.name.or(other.id).unwrap_or_default() })
            }
            None => Ok(Scope::Domain),
        };
    };
    let named = find(&wanted, context).ok_or_else(|| {
        let id = wanted.id.or(wanted.name).unwrap_or_default();
        Refusal::NotFound { resource: Resource::Project, id }
    })?;
    if identity.projects.include(&named.id) {
        return Ok(Scope::Project(named));
    }
    Err(Refusal::Forbidden { id: named.name })
}

fn find(wanted: &SentProject, context: &RequestContext<'_>) -> Option<NamedProject> {
    let (known, region) = (&context.settings.credentials, &context.settings.region);
    match (&wanted.id, &wanted.name) {
        (Some(id), _) => is_project_id(id).then(|| known.project_with_id(region, id)),
        (None, Some(name)) => known.project_with_name(region, name),
        (None, None) => None,
    }
}

impl IdOrName {
    /// Whether it is somebody's account.
    fn is(&self, identity: &Identity) -> bool {
        self.id.as_ref().is_none_or(|id| *id == identity.domain_id())
            && self.name.as_ref().is_none_or(|name| *name == identity.domain)
    }
}

fn wrong(reason: &str) -> Refusal {
    Refusal::Unauthenticated { reason: reason.to_owned() }
}
