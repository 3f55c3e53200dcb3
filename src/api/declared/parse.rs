//! Reads expressions; [`expression`](super::expression) says how they are written.

use super::expression::Expression;
use super::functions::Function;
use super::line::lines;
use super::mistake::Problem;
use super::tables;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

/// Reads an expression that is all of a text.
pub fn parse(source: &str) -> Result<Expression, Problem> {
    let mut parser = Parser { rest: source };
    let expression = parser.choice()?;
    if parser.rest.trim_start().is_empty() {
        return Ok(expression);
    }
    Err(parser.problem("expected the end"))
}

/// The expression of a block `define NAME`, read when it is first named.
fn defined(name: &str) -> Result<&'static Expression, Problem> {
    static DEFINED: LazyLock<Mutex<HashMap<String, &'static Expression>>> =
        LazyLock::new(Mutex::default);
    let known = DEFINED.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied();
    if let Some(known) = known {
        return Ok(known);
    }
    let block = tables::named("define", name);
    let block = block.ok_or_else(|| Problem(format!("there is no function {name:?}")))?;
    let lines = lines(&block);
    let text: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
    let expression = &*Box::leak(Box::new(parse(&text.join(" "))?));
    let mut all = DEFINED.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(all.entry(name.to_owned()).or_insert(expression))
}

/// Operators from the loosest to the tightest.
const OPERATORS: &[&[&str]] =
    &[&["??"], &["||"], &["&&"], &["==", "!=", "in ", "<", ">"], &["+", "-"], &["*", "/"]];

struct Parser<'s> {
    rest: &'s str,
}

impl<'s> Parser<'s> {
    fn problem(&self, what: &str) -> Problem {
        let near: String = self.rest.trim_start().chars().take(24).collect();
        Problem(format!("{what} at {near:?}"))
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest.trim_start().strip_prefix(token);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn need(&mut self, token: &str) -> Result<(), Problem> {
        if self.eat(token) { Ok(()) } else { Err(self.problem(&format!("expected {token:?}"))) }
    }

    fn word(&mut self) -> Option<&'s str> {
        let start = self.rest.trim_start();
        let is_part = |character: char| character.is_alphanumeric() || character == '_';
        let end = start.find(|character| !is_part(character)).unwrap_or(start.len());
        let starts_well =
            start.starts_with(|character: char| character.is_alphabetic() || character == '_');
        (starts_well && end > 0).then(|| {
            self.rest = &start[end..];
            &start[..end]
        })
    }

    fn choice(&mut self) -> Result<Expression, Problem> {
        let condition = self.listing()?;
        let is_choice = {
            let rest = self.rest.trim_start();
            rest.starts_with('?') && !rest.starts_with("??")
        };
        if !is_choice {
            return Ok(condition);
        }
        self.need("?")?;
        let yes = self.choice()?;
        self.need(":")?;
        Ok(Expression::Choice(Box::new([condition, yes, self.choice()?])))
    }

    fn listing(&mut self) -> Result<Expression, Problem> {
        let mut list = self.binary(0)?;
        loop {
            let before = self.rest;
            match self.word() {
                Some("where") => {
                    list = Expression::Where(list.into(), self.binary(0)?.into());
                }
                Some("map") => list = Expression::Each(list.into(), self.binary(0)?.into()),
                _ => {
                    self.rest = before;
                    return Ok(list);
                }
            }
        }
    }

    fn binary(&mut self, level: usize) -> Result<Expression, Problem> {
        let Some(operators) = OPERATORS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = operators.iter().find(|operator| self.eat(operator)) {
            let right = self.binary(level + 1)?;
            left = Expression::Binary(operator.trim_end(), left.into(), right.into());
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expression, Problem> {
        let start = self.rest.trim_start();
        if start.starts_with('!') && !start.starts_with("!=") {
            self.need("!")?;
            return Ok(Expression::Not(self.unary()?.into()));
        }
        let mut of = self.primary()?;
        loop {
            let key = if self.rest.starts_with('.') {
                self.rest = &self.rest[1..];
                let name = self.word().ok_or_else(|| self.problem("expected a name"))?;
                Expression::Literal(name.into())
            } else if self.rest.starts_with('[') {
                self.rest = &self.rest[1..];
                let key = self.choice()?;
                self.need("]")?;
                key
            } else {
                return Ok(of);
            };
            of = Expression::Member(of.into(), key.into());
        }
    }

    fn primary(&mut self) -> Result<Expression, Problem> {
        let start = self.rest.trim_start();
        match start.as_bytes().first() {
            Some(b'"' | b'0'..=b'9' | b'-') => self.literal(),
            Some(b'(') => {
                self.need("(")?;
                let inner = self.choice()?;
                self.need(")")?;
                Ok(inner)
            }
            Some(b'[') => {
                self.need("[")?;
                Ok(Expression::List(self.arguments("]")?))
            }
            Some(b'{') => self.object(),
            Some(b'$') => {
                self.need("$")?;
                let starts = self.rest.starts_with(|character: char| character.is_alphabetic());
                let name = if starts { self.word() } else { None };
                Ok(Expression::Sent(name.unwrap_or_default().into()))
            }
            _ => {
                let word = self.word().ok_or_else(|| self.problem("expected a value"))?;
                self.named(word)
            }
        }
    }

    fn named(&mut self, word: &str) -> Result<Expression, Problem> {
        Ok(match word {
            "true" => Expression::Literal(true.into()),
            "false" => Expression::Literal(false.into()),
            "null" => Expression::Literal(Value::Null),
            "this" => Expression::This,
            _ if self.rest.starts_with('(') => {
                self.rest = &self.rest[1..];
                let mut arguments = self.arguments(")")?;
                if let Some(function) = Function::of(word) {
                    function.check(&arguments)?;
                    return Ok(Expression::Call(function, arguments));
                }
                let expression = defined(word)?;
                let view = arguments.pop().unwrap_or(Expression::This);
                Expression::Defined(expression, Box::new(view))
            }
            _ => Expression::Name(word.into()),
        })
    }

    fn arguments(&mut self, end: &str) -> Result<Vec<Expression>, Problem> {
        let mut arguments = Vec::new();
        while !self.eat(end) {
            arguments.push(self.choice()?);
            if !self.eat(",") {
                self.need(end)?;
                break;
            }
        }
        Ok(arguments)
    }

    fn object(&mut self) -> Result<Expression, Problem> {
        self.need("{")?;
        let mut members = Vec::new();
        while !self.eat("}") {
            let start = self.rest.trim_start();
            let key = if start.starts_with('"') {
                self.literal()?
            } else if self.eat("(") {
                let key = self.choice()?;
                self.need(")")?;
                key
            } else {
                let name = self.word().ok_or_else(|| self.problem("expected a name"))?;
                Expression::Literal(name.into())
            };
            self.need(":")?;
            members.push((key, self.choice()?));
            if !self.eat(",") {
                self.need("}")?;
                break;
            }
        }
        Ok(Expression::Object(members))
    }

    /// Text or a number, as JSON writes it.
    fn literal(&mut self) -> Result<Expression, Problem> {
        let start = self.rest.trim_start();
        let end = if start.starts_with('"') {
            let mut escaped = true;
            let closes = |character: char| {
                let closes = character == '"' && !escaped;
                escaped = character == '\\' && !escaped;
                closes
            };
            start.find(closes).map_or(start.len(), |quote| quote + 1)
        } else {
            let is_part =
                |character: char| character.is_ascii_digit() || matches!(character, '-' | '.');
            start.find(|character| !is_part(character)).unwrap_or(start.len())
        };
        let value = serde_json::from_str(&start[..end]);
        let value = value.map_err(|_| self.problem("expected a value"))?;
        self.rest = &start[end..];
        Ok(Expression::Literal(value))
    }
}
