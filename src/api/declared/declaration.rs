//! An operation as its block declares it: its contract, and what it does.

use super::claims::Claims;
use super::expression::Expression;
use super::fields::{Answer, leak, rows, table};
use super::kind::{Guard, Kind, guard, refused};
use super::line::{Line, lines};
use super::mistake::{Mistake, Problem};
use super::parse::parse;
use super::services;
use super::tables::{self, Block};
use crate::cloud::{JobKind, Lifecycle, record};
use crate::contract::template::{is_of_project, parameter_name};
use crate::contract::{
    Awaits, Certainty, Contract, ErrorKind, Field, Note, Refused, Service, Source, WholeReply,
};
use crate::operation::Head;
use axum::http::{Method, StatusCode};

/// An operation.
#[derive(Debug)]
pub struct Declaration {
    /// What it takes and answers.
    pub contract: &'static Contract,
    /// Its answer, member by member.
    pub answer: Vec<Answer>,
    /// The answer as a whole, where it has no members of its own.
    pub whole: Option<Expression>,
    /// The job that it starts.
    pub job: Option<&'static JobKind>,
    /// What it does, refusals first.
    pub steps: Vec<Step>,
    /// Which requests on a shared path are this one's.
    pub claims: Option<Claims>,
}

/// One thing that an operation does.
#[derive(Debug)]
pub enum Step {
    /// Finds a record, and refuses one that is not there or, where asked to, one that is not idle.
    /// One that is found `within` belongs to what the request names. One that is not there is refused as
    /// its kind says, unless the operation says how.
    Find {
        kind: &'static Kind,
        id: Expression,
        within: bool,
        idle: bool,
        missing: Option<Refused>,
        name: Option<Box<str>>,
    },
    /// Refuses; one that is only expected is let pass where the class `resources` says so.
    Refuse { guard: Guard, expected: bool },
    /// Ends with a status and no body where something holds.
    Stop { status: StatusCode, when: Expression },
    /// Names a value.
    Let(Box<str>, Expression),
    /// Creates a record, which comes into view; or one for each element of a list, which do not.
    Create { kind: &'static Kind, each: Option<Expression>, members: Expression },
    /// Changes the record in view at once; or each of a kind for which something holds.
    Set { others: Option<(&'static Kind, Expression)>, members: Expression },
    /// Removes records of a kind for which something holds; or the one in view.
    Remove(Option<(&'static Kind, Expression)>),
    /// Changes the record in view over time; or each of a kind for which something holds.
    Change(Box<ChangeStep>),
}

impl Step {
    /// Whether it changes what is there.
    fn changes(&self) -> bool {
        !matches!(self, Self::Find { .. } | Self::Refuse { .. } | Self::Stop { .. } | Self::Let(..))
    }
}

/// What is done to a record over time.
#[derive(Debug)]
pub struct ChangeStep {
    /// The job that clients are told of.
    pub job: Option<&'static JobKind>,
    /// The instance that the job is told to work on, where it is not what is in view.
    pub of: Option<Expression>,
    /// Each of a kind for which something holds.
    pub others: Option<(&'static Kind, Expression)>,
    /// The statuses that the record goes through.
    pub lifecycle: &'static Lifecycle,
    /// The member that shows them.
    pub status: Box<str>,
    /// How many times the usual duration it takes.
    pub times: u32,
    /// What the record shows meanwhile, when it has succeeded, and when it has failed.
    pub shows: [Option<Expression>; 3],
    /// Whether it is gone in the end.
    pub removes: bool,
    /// Whether the record shows how far it is.
    pub timed: bool,
}

/// What clients look at again and again with an operation, where its block does not say it: what it
/// shows by the id at the end of its path, or the records that it lists.
fn awaited(contract: &Contract, block: &Block) -> Awaits {
    let last = contract.path.rsplit('/').next().unwrap_or_default();
    let lists = block.body.contains("records(") || block.body.contains("children(");
    match parameter_name(last) {
        _ if contract.method != Method::GET => Awaits::Nothing,
        Some(name) => Awaits::Named(leak(name)),
        None if lists => Awaits::All,
        None => Awaits::Nothing,
    }
}

/// Reads the first line of a block: all that is known of an operation at the start.
pub fn head(block: &Block) -> Result<Head, Mistake> {
    let mistake =
        |problem: &str| Mistake { file: block.file, line: block.line, problem: problem.to_owned() };
    let mut words = block.head.split_whitespace();
    let mut word = || words.next().ok_or_else(|| mistake("METHOD /path Service.Operation"));
    let method = match word()? {
        "GET" => &Method::GET,
        "POST" => &Method::POST,
        "PUT" => &Method::PUT,
        "DELETE" => &Method::DELETE,
        _ => return Err(mistake("no method")),
    };
    let (path, name) = (word()?, word()?);
    let (service, id) = name.split_once('.').ok_or_else(|| mistake("Service.Operation"))?;
    let service = services::of(service).ok_or_else(|| mistake("no such service"))?;
    let aliases: Vec<_> = words.filter(|word| *word != "also").collect();
    let example = tables::example(name);
    Ok(Head { method, path, aliases: aliases.leak(), service, id, example })
}

impl Declaration {
    /// Reads a block.
    pub fn read(block: &Block) -> Result<Self, Mistake> {
        let head = head(block)?;
        let mut contract = Contract {
            id: head.id,
            title: title(head.id),
            service: head.service,
            source: Source::Modelled(head.id),
            method: head.method.clone(),
            path: head.path,
            aliases: head.aliases,
            example: head.example,
            ..Contract::BLANK
        };
        let mut reader = Reader { refused: Vec::new(), service: head.service };
        let (mut answer, mut whole, mut claims) = (Vec::new(), None, None);
        let (mut steps, mut notes) = (Vec::new(), Vec::new());
        let mut path_fields: Vec<Field> = Vec::new();
        let lines = with_shapes(block)?;
        let is_documented = lines.iter().any(|line| line.text == "documented");
        let certainty = if is_documented { Certainty::Documented } else { Certainty::Client };
        let table = |rows: &[Line]| table(rows, certainty);
        for line in &lines {
            let (word, rest) = line.split();
            let is_table = TABLES.contains(&word);
            if is_table && !steps.is_empty() {
                return Err(line.mistake(format!("{word} stands before what the operation does")));
            }
            match word {
                "title" => contract.title = leak(rest),
                "page" => contract.source = Source::Document(leak(rest)),
                "model" => contract.source = Source::Modelled(leak(rest)),
                "path" => path_fields = rows(&table(&line.below)?).to_vec(),
                "query" => contract.query = rows(&table(&line.below)?),
                "body" => {
                    contract.body = rows(&table(&line.below)?);
                    contract.body_is_optional = rest == "optional";
                }
                "open" => contract.open = true,
                "invalid" => reader.refused.push(Refused::new(
                    ErrorKind::InvalidParameter,
                    StatusCode::BAD_REQUEST,
                    leak(rest),
                )),
                "awaits" if rest.is_empty() => contract.awaits = Awaits::All,
                "awaits" => contract.awaits = Awaits::Named(leak(rest)),
                "claims_instances" => claims = Some(Claims::Instances),
                "claims_nothing" => claims = Some(Claims::Nothing),
                "claims_ids" => claims = Some(Claims::Id(rest.into())),
                "reads" => contract.changes_nothing = true,
                // Read before, since all rows follow from it.
                "documented" => {}
                "note" => notes.push(note(line, rest)?),
                "claims" => {
                    let mut words = rest.split_whitespace().map(leak);
                    let place = words.next().unwrap_or_default();
                    claims = Some(Claims::Words(place, words.collect::<Vec<_>>().leak()));
                }
                "reply" => {
                    let (status, value) = rest.split_once(' ').unwrap_or((rest, ""));
                    contract.success = self::status(status).map_err(line.at())?;
                    answer = table(&line.below)?;
                    contract.reply = rows(&answer);
                    if !value.is_empty() {
                        let value = parse(value).map_err(line.at())?;
                        let is_text = value.is_text();
                        contract.whole_reply =
                            Some(if is_text { WholeReply::PlainText } else { WholeReply::Json });
                        whole = Some(value);
                    }
                }
                _ => steps.push(reader.step(line)?),
            }
        }
        if is_changed_before_the_last_refusal(&steps) {
            let problem = "what may be refused stands before the first change".to_owned();
            return Err(Mistake { file: block.file, line: block.line, problem });
        }
        if contract.awaits == Awaits::Nothing {
            contract.awaits = awaited(&contract, block);
        }
        contract.path_parameters = path_parameters(contract.path, &path_fields);
        let known = |name: &str| {
            name == "project_id" || contract.parameters().any(|(_, field)| field.name == name)
        };
        lines.iter().try_for_each(|line| hold_parameters(line, &known))?;
        contract.refusals = reader.refused.leak();
        contract.notes = notes.leak();
        contract.checked = steps.iter().find_map(|step| match step {
            Step::Stop { status, .. } => Some(*status),
            _ => None,
        });
        let job = steps.iter().find_map(|step| match step {
            Step::Change(change) => change.job,
            _ => None,
        });
        let contract = Box::leak(Box::new(contract));
        Ok(Self { contract, answer, whole, job, steps, claims })
    }

    /// Everything that what it works on goes through.
    pub fn lifecycles(&self) -> impl Iterator<Item = &'static Lifecycle> {
        self.steps.iter().filter_map(|step| match step {
            Step::Change(change) => Some(change.lifecycle),
            _ => None,
        })
    }

    /// Whether it changes what is there.
    pub fn changes(&self) -> bool {
        self.steps.iter().any(Step::changes)
    }
}

/// What an operation takes and answers; all of it stands before what it does.
const TABLES: &[&str] = &[
    "title",
    "page",
    "model",
    "documented",
    "path",
    "query",
    "body",
    "reply",
    "open",
    "awaits",
    "reads",
];

/// The lines of a block, with those of a shape in the place of a line `use`.
fn with_shapes(block: &Block) -> Result<Vec<Line>, Mistake> {
    let mut all = Vec::new();
    for line in lines(block) {
        match line.split() {
            ("use", shape) => {
                let shape = tables::named("shape", shape);
                all.extend(with_shapes(&shape.ok_or_else(|| line.mistake("no such shape"))?)?);
            }
            _ => all.push(line),
        }
    }
    Ok(all)
}

/// Refuses a line that looks at a parameter which the operation does not have. What stands between
/// quotation marks is text.
fn hold_parameters(line: &Line, known: &impl Fn(&str) -> bool) -> Result<(), Mistake> {
    let declared = line.text.split(" -- ").next().unwrap_or_default();
    let code: String = declared.split('"').step_by(2).collect();
    for named in code.split('$').skip(1) {
        let end = named.find(|character: char| !character.is_alphanumeric() && character != '_');
        let name = &named[..end.unwrap_or(named.len())];
        if !name.is_empty() && !known(name) {
            return Err(line.mistake(format!("there is no parameter {name:?}")));
        }
    }
    line.below.iter().try_for_each(|below| hold_parameters(below, known))
}

/// Whether something is changed before something is refused: what is refused leaves nothing behind.
fn is_changed_before_the_last_refusal(steps: &[Step]) -> bool {
    let refuses =
        |step: &Step| matches!(step, Step::Find { .. } | Step::Refuse { .. } | Step::Stop { .. });
    let first = steps.iter().position(Step::changes);
    first.is_some_and(|first| steps[first..].iter().any(refuses))
}

/// Reads the steps of an operation, and collects what they refuse.
struct Reader {
    refused: Vec<Refused>,
    service: &'static Service,
}

impl Reader {
    fn step(&mut self, line: &Line) -> Result<Step, Mistake> {
        let (word, rest) = line.split();
        let expression = |text: &str| parse(text).map_err(line.at());
        Ok(match word {
            "find" => self.find(line, rest)?,
            "refuse" | "expect" => {
                let mut guard = guard(rest, self.service, &mut self.refused).map_err(line.at())?;
                for below in &line.below {
                    guard.instead = Some(instead(below)?);
                }
                Step::Refuse { guard, expected: word == "expect" }
            }
            "stop" => {
                let (digits, when) = rest
                    .split_once(" if ")
                    .ok_or_else(|| line.mistake("stop STATUS if condition"))?;
                Step::Stop { status: status(digits).map_err(line.at())?, when: expression(when)? }
            }
            "let" => {
                let (name, value) =
                    rest.split_once(" = ").ok_or_else(|| line.mistake("let name = value"))?;
                Step::Let(name.trim().into(), expression(value)?)
            }
            "create" => {
                let (name, rest) = rest.split_once(' ').unwrap_or((rest, "{}"));
                let kind = Kind::named(name).map_err(line.at())?;
                match rest.trim().strip_prefix("each ").and_then(|rest| rest.split_once(" as ")) {
                    Some((list, members)) => {
                        let each = Some(expression(list)?);
                        Step::Create { kind, each, members: expression(members)? }
                    }
                    None => Step::Create { kind, each: None, members: expression(rest)? },
                }
            }
            "set" => match rest.split_once(" to ").filter(|(start, _)| !start.starts_with('{')) {
                Some((which, members)) => Step::Set {
                    others: Some(others(which).map_err(line.at())?),
                    members: expression(members)?,
                },
                None => Step::Set { others: None, members: expression(rest)? },
            },
            "remove" if rest.is_empty() => Step::Remove(None),
            "remove" => Step::Remove(Some(others(rest).map_err(line.at())?)),
            "job" | "run" => Step::Change(Box::new(self.change(line, word, rest)?)),
            _ => return Err(line.mistake(format!("{word:?} is nothing that an operation does"))),
        })
    }

    /// `find KIND [expression] [as name] [idle] [or STATUS CODE SITUATION]`
    fn find(&mut self, line: &Line, rest: &str) -> Result<Step, Mistake> {
        let (rest, missing) = match rest.split_once(" or ") {
            Some((rest, answer)) => (rest, Some(refused(answer).map_err(line.at())?.0)),
            None => (rest, None),
        };
        let (rest, idle) = rest.strip_suffix(" idle").map_or((rest, false), |rest| (rest, true));
        let (rest, name) = match rest.split_once(" as ") {
            Some((rest, name)) => (rest, Some(name.into())),
            None => (rest, None),
        };
        let (name_of_kind, id) = rest.split_once(' ').unwrap_or((rest, ""));
        let kind = Kind::named(name_of_kind).map_err(line.at())?;
        kind.add_refusals(missing.unwrap_or(kind.missing), idle, self.service, &mut self.refused);
        let within = id.is_empty() && matches!(kind.parent, Some(Expression::Sent(_)));
        let id = if id.is_empty() { kind.id.as_str() } else { id };
        Ok(Step::Find { kind, id: parse(id).map_err(line.at())?, within, idle, missing, name })
    }

    /// `job NAME` or `run LIFECYCLE [member]`, and below it what is seen of it.
    fn change(&mut self, line: &Line, word: &str, rest: &str) -> Result<ChangeStep, Mistake> {
        let named = |name: &str| {
            record::lifecycle(name).ok_or_else(|| line.mistake(format!("no lifecycle {name:?}")))
        };
        let mut step = ChangeStep {
            job: None,
            of: None,
            others: None,
            lifecycle: named("working")?,
            status: "".into(),
            times: 1,
            shows: [None, None, None],
            removes: false,
            timed: false,
        };
        let read_run = |step: &mut ChangeStep, rest: &str| {
            let (name, member) = rest.split_once(' ').unwrap_or((rest, ""));
            step.lifecycle = named(name)?;
            step.status = member.into();
            Ok(())
        };
        if word == "job" {
            step.job = Some(job(self.service.name, rest));
        } else {
            read_run(&mut step, rest)?;
        }
        for line in &line.below {
            let (word, rest) = line.split();
            let expression = || parse(rest).map_err(line.at());
            match word {
                "run" => read_run(&mut step, rest)?,
                "of" => step.of = Some(expression()?),
                "times" => step.times = rest.parse().map_err(|_| line.mistake("a number"))?,
                "every" => step.others = Some(others(rest).map_err(line.at())?),
                "while" => step.shows[0] = Some(expression()?),
                "then" => step.shows[1] = Some(expression()?),
                "else" => step.shows[2] = Some(expression()?),
                "removes" => step.removes = true,
                "timed" => step.timed = true,
                _ => return Err(line.mistake(format!("{word:?} is no part of a change"))),
            }
        }
        Ok(step)
    }
}

/// `instead PARAMETER value`
fn instead(line: &Line) -> Result<(&'static str, Expression), Mistake> {
    let words = line.text.strip_prefix("instead ").and_then(|rest| rest.split_once(' '));
    let (parameter, value) = words.ok_or_else(|| line.mistake("instead PARAMETER value"))?;
    Ok((leak(parameter), parse(value).map_err(line.at())?))
}

/// `KIND where condition`
fn others(text: &str) -> Result<(&'static Kind, Expression), Problem> {
    let (name, condition) =
        text.split_once(" where ").ok_or_else(|| Problem("KIND where condition".to_owned()))?;
    Ok((Kind::named(name)?, parse(condition)?))
}

/// The job of a service with a name.
fn job(service: &str, name: &str) -> &'static JobKind {
    let (owner, lifecycle) = services::jobs(service);
    Box::leak(Box::new(JobKind { name: leak(name), owner, lifecycle }))
}

/// `matter => decision`
fn note(line: &Line, text: &str) -> Result<Note, Mistake> {
    let parts = text.split_once(" => ");
    let (matter, decision) = parts.ok_or_else(|| line.mistake("note matter => decision"))?;
    Ok(Note { matter: leak(matter), decision: leak(decision) })
}

/// A status by its digits.
pub fn status(digits: &str) -> Result<StatusCode, Problem> {
    digits.parse().map_err(|_| Problem(format!("{digits:?} is no status")))
}

/// The parameters of a template: those that are declared, and text for the rest.
fn path_parameters(path: &'static str, declared: &[Field]) -> &'static [Field] {
    let names = path.split('/').filter_map(parameter_name);
    let of_project = is_of_project(path);
    let names = names.filter(|name| !of_project || *name != "project_id");
    let field = |name: &'static str| {
        let known = declared.iter().find(|field| field.name == name);
        known.copied().unwrap_or(Field::mandatory(name, crate::contract::Kind::TEXT))
    };
    names.map(field).collect::<Vec<_>>().leak()
}

/// The words of an operation's name: `ShowIpWhitelist` is "Show ip whitelist".
fn title(id: &str) -> &'static str {
    let mut title = String::new();
    for (at, character) in id.char_indices() {
        if at > 0 && character.is_uppercase() {
            title.push(' ');
            title.extend(character.to_lowercase());
        } else {
            title.push(character);
        }
    }
    leak(&title)
}
