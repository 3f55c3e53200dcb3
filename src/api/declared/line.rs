//! The lines of a block as a tree: what is indented further belongs to the line above.

use super::mistake::{Mistake, Problem};
use super::tables::Block;

/// A line, with those that belong to it. A line goes on with the next where a bracket is open, or
/// where the next begins with what can only go on.
#[derive(Debug)]
pub struct Line {
    /// Its file.
    file: &'static str,
    /// Its number in the file.
    pub number: usize,
    indent: usize,
    /// Its text, without the indentation.
    pub text: String,
    /// The lines that belong to it.
    pub below: Vec<Self>,
}

impl Line {
    /// A problem with it.
    pub fn mistake(&self, problem: impl Into<String>) -> Mistake {
        Mistake { file: self.file, line: self.number, problem: problem.into() }
    }

    /// Places a problem of what was read from it.
    pub fn at(&self) -> impl Fn(Problem) -> Mistake {
        |Problem(problem)| self.mistake(problem)
    }

    /// Its first word, and the rest.
    pub fn split(&self) -> (&str, &str) {
        let (word, rest) = self.text.split_once(' ').unwrap_or((&self.text, ""));
        (word, rest.trim())
    }
}

/// The lines below the first of a block.
pub fn lines(block: &Block) -> Vec<Line> {
    let mut flat: Vec<Line> = Vec::new();
    let mut open = 0;
    for (at, source) in block.body.lines().enumerate() {
        let text = source.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let goes_on = open > 0 || GOES_ON.contains(&text.split(' ').next().unwrap_or_default());
        match flat.last_mut().filter(|_| goes_on) {
            Some(last) => {
                last.text.push(' ');
                last.text.push_str(text);
            }
            None => flat.push(Line {
                file: block.file,
                number: block.line + at + 1,
                indent: source.len() - source.trim_start().len(),
                text: text.to_owned(),
                below: Vec::new(),
            }),
        }
        open += opened(text);
    }
    tree(flat)
}

/// The words that begin no line of their own.
const GOES_ON: &[&str] = &["&&", "||", "+", "?", "??", ":", "where", "map", "if", "--", "=>"];

/// How many brackets a line opens and leaves open; those in quotation marks are text.
fn opened(text: &str) -> i32 {
    let (mut open, mut quoted, mut escaped) = (0, false, false);
    for character in text.chars() {
        match character {
            '"' if !escaped => quoted = !quoted,
            '{' | '[' | '(' if !quoted => open += 1,
            '}' | ']' | ')' if !quoted => open -= 1,
            _ => {}
        }
        escaped = character == '\\' && !escaped;
    }
    open
}

fn tree(flat: Vec<Line>) -> Vec<Line> {
    let mut roots: Vec<Line> = Vec::new();
    for line in flat {
        let mut level = &mut roots;
        while level.last().is_some_and(|last| last.indent < line.indent) {
            level = &mut level.last_mut().expect("there is one").below;
        }
        level.push(line);
    }
    roots
}

/// The words of a line; one in quotation marks may have blanks.
#[derive(Debug)]
pub struct Words<'l>(pub &'l str);

impl<'l> Words<'l> {
    /// The next one, which stays.
    pub fn peek(&self) -> Option<&'l str> {
        Words(self.0).next()
    }

    /// `1..60`, `..60` or `1..`, if it is next.
    pub fn range(&mut self) -> Result<Option<(i64, i64)>, Problem> {
        let Some((least, most)) = self.peek().and_then(|word| word.split_once("..")) else {
            return Ok(None);
        };
        let bad = |_| Problem(format!("{least}..{most} is no range"));
        let least = if least.is_empty() { 0 } else { least.parse().map_err(bad)? };
        let most = if most.is_empty() { i64::MAX } else { most.parse().map_err(bad)? };
        self.next();
        Ok(Some((least, most)))
    }

    /// Words joined by bars.
    pub fn rest_of_list(&mut self) -> Vec<&'l str> {
        let mut words = vec![self.next().unwrap_or_default()];
        while self.peek() == Some("|") {
            self.next();
            words.extend(self.next());
        }
        words
    }
}

impl<'l> Iterator for Words<'l> {
    type Item = &'l str;

    fn next(&mut self) -> Option<&'l str> {
        let start = self.0.trim_start();
        let (word, rest) = match start.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => start.split_once(' ').unwrap_or((start, "")),
        };
        self.0 = rest;
        (!start.is_empty()).then_some(word)
    }
}
