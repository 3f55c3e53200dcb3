//! `papercloud operations`: lists the operations that are emulated.

use super::print;
use clap::Args;
use serde_json::Value;

/// What is emulated.
#[derive(Args)]
pub struct Operations {
    /// Only those of this service, such as DCS
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Operations {
    pub fn run(&self) -> Result<(), String> {
        let mut operations = papercloud::operations();
        if let (Some(wanted), Value::Array(all)) = (&self.service, &mut operations) {
            let service =
                |operation: &Value| operation["service"].as_str().unwrap_or_default().to_owned();
            let mut services: Vec<_> = all.iter().map(service).collect();
            all.retain(|operation| service(operation).eq_ignore_ascii_case(wanted));
            if all.is_empty() {
                services.sort();
                services.dedup();
                return Err(format!("there is no service {wanted}, only {}", services.join(", ")));
            }
        }
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
