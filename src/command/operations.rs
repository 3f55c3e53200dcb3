//! `papercloud operations`: what is emulated.

use super::print;
use clap::Args;
use serde_json::Value;

/// What is emulated.
#[derive(Args)]
pub struct Operations {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Operations {
    pub fn run(&self) -> Result<(), String> {
        let operations = papercloud::operations();
        if self.json {
            return print(&format!("{operations:#}\n"));
        }
        let column =
            |operation: &Value, name: &str| operation[name].as_str().unwrap_or_default().to_owned();
        let row = |operation: &Value| {
            let [service, name, method, path, basis] =
                ["service", "operation", "method", "path", "basis"]
                    .map(|name| column(operation, name));
            format!("{service:<9} {name:<40} {method:<6} {path:<72} {basis}\n")
        };
        print(&operations.as_array().into_iter().flatten().map(row).collect::<String>())
    }
}
