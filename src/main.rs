//! The program: flags, commands, exit statuses.

mod command;

fn main() -> std::process::ExitCode {
    command::run()
}
