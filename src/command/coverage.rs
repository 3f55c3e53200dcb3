//! `papercloud coverage`: which documented answers no request has seen, and what provokes them.

use super::client::Service;
use super::junit::{self, Case, Suite, escaped};
use super::target::Target;
use clap::Args;
use serde::Deserialize;
use serde_json::Value;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// What the exit statuses say, at the end of the help.
const STATUSES: &str = "Counted are the answers that the documents of the called operations give: success, each failure, a
job that fails, and a change whose answer is lost. What the gateway answers for any call, such as 401 and
429, is not counted.

Exit status:
  0  enough was seen
  1  less was seen than --fail-under wants
  2  the command line cannot be understood
  3  Papercloud cannot be asked, or a file cannot be written";

/// Which documented answers no request has seen.
#[derive(Args)]
#[command(after_help = STATUSES)]
pub struct Coverage {
    #[command(flatten)]
    target: Target,
    /// Only what the requests of this project have seen
    #[arg(long, value_name = "ID")]
    project: Option<String>,
    /// Only this service, whether its operations were called or not
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Only this operation, whether it was called or not
    #[arg(long, value_name = "NAME")]
    operation: Option<String>,
    /// End with status 1 if less was seen, in percent
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_under: Option<u8>,
    /// Write it as JUnit XML to this file, or to standard output for -
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write it as a page to this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Print the service's answer, JSON
    #[arg(long)]
    json: bool,
}

/// What the service answers.
#[derive(Deserialize)]
struct Seen {
    exact: bool,
    percent: f64,
    seen: usize,
    count: usize,
    operations: Vec<Operation>,
}

#[derive(Deserialize)]
struct Operation {
    service: String,
    operation: String,
    counted: bool,
    calls: u64,
    answers: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    name: String,
    seen: bool,
    rule: Option<Value>,
    pytest: Option<String>,
}

impl Coverage {
    /// Prints what was not seen.
    pub fn run(&self) -> ExitCode {
        const UNREACHABLE: u8 = 3;
        match self.report() {
            Ok(percent) if self.fail_under.is_some_and(|least| percent < f64::from(least)) => {
                let least = self.fail_under.unwrap_or_default();
                super::complain(&format!("{percent} % was seen, which is less than {least} %"));
                ExitCode::FAILURE
            }
            Ok(_) => ExitCode::SUCCESS,
            Err(problem) => {
                super::complain(&problem);
                ExitCode::from(UNREACHABLE)
            }
        }
    }

    fn report(&self) -> Result<f64, String> {
        let body = self.fetch(&self.target.control()?)?;
        let whole = format!("{body:#}\n");
        let seen: Seen = serde_json::from_value(body)
            .map_err(|error| format!("that is no Papercloud of this version: {error}"))?;
        if let Some(file) = &self.html {
            junit::save(file, &seen.html())?;
        }
        let lines = if self.json { whole } else { seen.lines() };
        junit::write(self.junit.as_deref(), "coverage", &seen.suites(), &lines)?;
        Ok(seen.percent)
    }

    fn fetch(&self, service: &Service) -> Result<Value, String> {
        let encoded = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        };
        let root = match &self.project {
            Some(project) if project == "@account" => "/_paper/worlds/@account".to_owned(),
            Some(project) => format!("/_paper/worlds/{}", encoded(project)),
            None => "/_paper".to_owned(),
        };
        let filters = [("service", &self.service), ("operation", &self.operation)];
        let filters = filters.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        let query: Vec<_> =
            filters.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let answer = service.get(&format!("{root}/coverage?{}", query.join("&")))?;
        if answer.status.is_success() {
            return Ok(answer.body);
        }
        Err(format!("{} does not tell: {}", service.address(), answer.reason()))
    }
}

impl Seen {
    fn counted(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter().filter(|operation| operation.counted)
    }

    fn headline(&self) -> String {
        let called = self.operations.iter().filter(|operation| operation.calls > 0).count();
        let Self { seen, count, percent, operations, .. } = self;
        let unsure = if self.exact { "" } else { "; of older requests nothing is known any more" };
        format!(
            "{called} of {} operations were called, and {seen} of {count} documented answers seen: \
             {percent} %{unsure}",
            operations.len()
        )
    }

    fn never_called(&self) -> Vec<&str> {
        let never = self.operations.iter().filter(|operation| operation.calls == 0);
        never.map(|operation| &*operation.operation).collect()
    }

    /// A line for each operation, and below it those for what was not seen.
    fn lines(&self) -> String {
        let mut text = self.headline() + "\n";
        for operation in self.counted() {
            let _ = writeln!(text, "{}: {}", operation.operation, operation.score());
            for answer in operation.answers.iter().filter(|answer| !answer.seen) {
                let _ = writeln!(text, "  never {}", answer.name);
                if let Some(rule) = &answer.rule {
                    let _ = writeln!(text, "    {rule}");
                }
                if let Some(line) = &answer.pytest {
                    let _ = writeln!(text, "    {line}");
                }
            }
        }
        let never = self.never_called();
        if !never.is_empty() {
            let _ = writeln!(text, "never called: {}", never.join(", "));
        }
        let _ = writeln!(text, "total: {} of {}, {} %", self.seen, self.count, self.percent);
        text
    }

    fn suites(&self) -> Vec<Suite> {
        let suite = |operation: &Operation| Suite {
            name: format!("{} {}", operation.service, operation.operation),
            cases: operation.answers.iter().map(Answer::to_case).collect(),
        };
        self.counted().map(suite).collect()
    }

    /// A page that needs nothing but itself.
    fn html(&self) -> String {
        let mut text = String::from(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n\
             <title>Papercloud: what the tests never saw</title>\n<style>\n\
             body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; \
             padding: 0 1rem }\n\
             code { display: block; overflow-wrap: anywhere; background: #8882; padding: .2rem }\n\
             .seen { color: #080 }\n</style>\n<h1>What the tests never saw</h1>\n",
        );
        let _ = writeln!(text, "<p>{}</p>", escaped(&self.headline()));
        for operation in self.counted() {
            let name = escaped(&operation.operation);
            let score = operation.score();
            let _ = writeln!(text, "<details>\n<summary>{name}: {score}</summary>\n<ul>");
            for answer in &operation.answers {
                let name = escaped(&answer.name);
                if answer.seen {
                    let _ = writeln!(text, "<li class=\"seen\">{name}: seen</li>");
                    continue;
                }
                let _ = write!(text, "<li>{name}: never");
                let rule = answer.rule.as_ref().map(ToString::to_string);
                for code in rule.iter().chain(&answer.pytest) {
                    let _ = write!(text, "<code>{}</code>", escaped(code));
                }
                text.push_str("</li>\n");
            }
            text.push_str("</ul>\n</details>\n");
        }
        let never = self.never_called().join(", ");
        let _ = writeln!(text, "<h2>Never called</h2>\n<p>{}</p>\n</html>", escaped(&never));
        text
    }
}

impl Operation {
    fn score(&self) -> String {
        let seen = self.answers.iter().filter(|answer| answer.seen).count();
        format!("{seen} of {}", self.answers.len())
    }
}

impl Answer {
    fn to_case(&self) -> Case {
        let rule = self.rule.as_ref().map(ToString::to_string);
        let provoke: Vec<_> = rule.into_iter().chain(self.pytest.clone()).collect();
        let failure = (!self.seen).then(|| ("never seen".to_owned(), provoke.join("\n")));
        Case { name: self.name.clone(), failure }
    }
}
