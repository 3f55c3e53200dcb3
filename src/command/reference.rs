//! `papercloud flags`: every flag as Markdown, for docs/flags.md.

use clap::{Arg, ArgAction, Command};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Tables of the flags of the service and of each command, as `--help` has them.
pub fn markdown(command: &Command) -> String {
    let of_service: BTreeSet<String> = longs(command).collect();
    let mut text = tables(command, &BTreeSet::new());
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        // These two take what the service takes.
        let is_like_the_service = ["serve", "exec"].contains(&sub.get_name());
        let known = if is_like_the_service { of_service.clone() } else { BTreeSet::new() };
        let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = write!(text, "\n## papercloud {}\n\n{about}.", sub.get_name());
        text.push_str(if is_like_the_service {
            " It takes the flags of the service.\n"
        } else {
            "\n"
        });
        text.push_str(&tables(sub, &known));
    }
    text
}

fn longs(command: &Command) -> impl Iterator<Item = String> {
    command.get_arguments().filter_map(|arg| arg.get_long().map(str::to_owned))
}

/// A table for each heading, without the flags that are known.
fn tables(command: &Command, known: &BTreeSet<String>) -> String {
    let is_listed = |arg: &&Arg| {
        let long = arg.get_long().unwrap_or_default();
        !arg.is_hide_set() && !known.contains(long) && !["", "help", "version"].contains(&long)
    };
    let mut args: Vec<_> = command.get_arguments().filter(is_listed).collect();
    args.sort_by_key(|arg| arg.get_display_order());
    let mut headings: Vec<_> = args.iter().map(|arg| arg.get_help_heading()).collect();
    headings.dedup();
    let mut text = String::new();
    for heading in headings {
        if let Some(heading) = heading {
            let _ = write!(text, "\n**{heading}**\n");
        }
        text.push_str("\n| Flag | Variable | Default | Meaning |\n| --- | --- | --- | --- |\n");
        for arg in args.iter().filter(|arg| arg.get_help_heading() == heading) {
            let cells = [flag(arg), variable(arg), default(arg), meaning(arg)];
            let _ =
                writeln!(text, "| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
        }
    }
    text
}

fn flag(arg: &Arg) -> String {
    let long = arg.get_long().unwrap_or_default();
    match arg.get_value_names() {
        Some([value, ..]) if takes_value(arg) => format!("`--{long} <{value}>`"),
        _ => format!("`--{long}`"),
    }
}

fn takes_value(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append)
}

fn variable(arg: &Arg) -> String {
    arg.get_env().map(|name| format!("`{}`", name.display())).unwrap_or_default()
}

fn default(arg: &Arg) -> String {
    let values = arg.get_default_values().iter().filter(|_| takes_value(arg));
    values.map(|value| format!("`{}`", value.display())).collect::<Vec<_>>().join(", ")
}

fn meaning(arg: &Arg) -> String {
    let help = arg.get_long_help().or_else(|| arg.get_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let values = arg.get_possible_values();
    let values = values.iter().filter(|value| takes_value(arg) && !value.is_hide_set());
    let values: Vec<_> = values
        .map(|value| match value.get_help() {
            Some(said) => format!("`{}`: {said}", value.get_name()),
            None => format!("`{}`", value.get_name()),
        })
        .collect();
    if values.is_empty() { help } else { format!("{help} ({})", values.join("; ")) }
}
