//! `papercloud env`: the settings that point SDKs and Terraform at a Papercloud.

use super::print;
use super::target::Target;
use clap::{Args, ValueEnum};
use papercloud::{Config, Secret};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::PathBuf;

/// The settings that point SDKs and Terraform at a Papercloud.
#[derive(Args)]
pub struct Env {
    #[command(flatten)]
    target: Target,
    /// The region that it emulates
    #[arg(long, default_value = "eu-mock-1")]
    region: String,
    /// A key that it was started with, as AK:SK or AK:SK:TOKEN, instead of the built-in one
    #[arg(
        id = "access_keys",
        long = "access-key",
        hide_env_values = true,
        value_name = "AK:SK[:TOKEN]",
        value_delimiter = ','
    )]
    access_keys: Vec<Secret>,
    /// How the settings are written
    #[arg(long, value_enum, default_value_t = Format::Sh)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// export lines for a shell
    Sh,
    /// Lines for a .env file
    Dotenv,
    #[value(help = "Lines for $GITHUB_ENV of GitHub Actions")]
    Github,
    /// A JSON object
    Json,
    /// -e arguments for docker run
    Docker,
    #[value(
        help = "An override file that Terraform and OpenTofu lay over a configuration's provider block"
    )]
    Terraform,
}

/// Where a service is, and who it lets in.
pub struct Settings {
    /// Its URL.
    pub url: String,
    /// The region that it emulates.
    pub region: String,
    /// An access key that it knows.
    pub key: Key,
    /// The file of its certificate, where clients have to trust that.
    pub certificate: Option<PathBuf>,
}

/// An access key with its secret key.
pub struct Key {
    access: String,
    secret: String,
    /// The token that has to come with it.
    token: Option<String>,
}

impl Key {
    /// The first of those that a service was started with, or the built-in one.
    pub fn of(access_keys: &[Secret]) -> Result<Self, String> {
        let built_in = || format!("{}:{}", Config::ACCESS_KEY, Config::SECRET_KEY);
        let first = access_keys.first().map_or_else(built_in, |key| key.reveal().to_owned());
        let mut parts = first.splitn(3, ':').map(str::to_owned);
        let mut part = || parts.next().filter(|part| !part.is_empty());
        let (access, secret, token) = (part(), part(), part());
        let wrong = "--access-key has to be AK:SK or AK:SK:TOKEN";
        Ok(Self { access: access.ok_or(wrong)?, secret: secret.ok_or(wrong)?, token })
    }
}

/// The services whose endpoints the SDKs read from the environment.
const SDK_SERVICES: [&str; 9] =
    ["DCS", "GAUSSDB", "GAUSSDBFORNOSQL", "VPC", "EIP", "ECS", "DNS", "LTS", "BSS"];

/// The services that Terraform's provider asks.
const TERRAFORM_SERVICES: [&str; 11] =
    ["iam", "vpc", "eip", "ecs", "dns", "dcs", "geminidb", "gaussdb", "lts", "bss", "sts"];

impl Env {
    pub fn run(&self) -> Result<(), String> {
        let settings = Settings {
            url: self.target.url(),
            region: self.region.clone(),
            key: Key::of(&self.access_keys)?,
            certificate: self.target.certificate().map(PathBuf::from),
        };
        print(&settings.write(self.format))
    }
}

impl Settings {
    /// The settings of a service that is configured like this.
    pub fn of(config: &Config, url: String) -> Result<Self, String> {
        Ok(Self {
            url,
            region: config.region.clone(),
            key: Key::of(&config.access_keys)?,
            #[cfg(feature = "tls")]
            certificate: config.tls_certificate.clone(),
            #[cfg(not(feature = "tls"))]
            certificate: None,
        })
    }

    /// The variables and their values.
    pub fn variables(&self) -> Vec<(String, String)> {
        let mut variables = vec![
            ("PAPERCLOUD_URL".to_owned(), self.url.clone()),
            ("HUAWEICLOUD_SDK_AK".to_owned(), self.key.access.clone()),
            ("HUAWEICLOUD_SDK_SK".to_owned(), self.key.secret.clone()),
            ("HUAWEICLOUD_SDK_PROJECT_ID".to_owned(), Config::PROJECT_ID.to_owned()),
            ("HUAWEICLOUD_SDK_IAM_ENDPOINT".to_owned(), self.url.clone()),
        ];
        let region = self.region.to_uppercase().replace('-', "_");
        let endpoint = |service| format!("HUAWEICLOUD_SDK_REGION_{service}_{region}");
        variables.extend(SDK_SERVICES.map(|service| (endpoint(service), self.url.clone())));
        if let Some(token) = &self.key.token {
            variables.push(("HUAWEICLOUD_SDK_SECURITY_TOKEN".to_owned(), token.clone()));
        }
        if let Some(file) = &self.certificate {
            variables.push(("PAPERCLOUD_TLS_CERTIFICATE".to_owned(), file.display().to_string()));
        }
        variables
    }

    fn write(&self, format: Format) -> String {
        let variables = self.variables();
        let lines = |line: fn(&str, &str) -> String| {
            variables.iter().map(|(name, value)| line(name, value) + "\n").collect()
        };
        match format {
            Format::Sh => lines(|name, value| format!("export {name}={}", quoted(value))),
            Format::Dotenv | Format::Github => lines(|name, value| format!("{name}={value}")),
            Format::Docker => {
                let arguments = variables.iter().map(|(name, value)| format!("-e {name}={value}"));
                arguments.collect::<Vec<_>>().join(" ") + "\n"
            }
            Format::Json => {
                let members = variables.iter().map(|(name, value)| (name.clone(), json!(value)));
                format!("{:#}\n", Value::Object(members.collect()))
            }
            Format::Terraform => self.terraform(),
        }
    }

    fn terraform(&self) -> String {
        let mut text = String::from(
            "# papercloud env --format terraform > papercloud_override.tf\n\
             # Terraform and OpenTofu lay this over the provider block beside it.\n\
             provider \"huaweicloud\" {\n",
        );
        let auth_url = format!("{}/v3", self.url);
        let mut set = |name: &str, value: &str| {
            let _ = writeln!(text, "  {name:<23} = {value}");
        };
        set("region", &hcl(&self.region));
        set("access_key", &hcl(&self.key.access));
        set("secret_key", &hcl(&self.key.secret));
        if let Some(token) = &self.key.token {
            set("security_token", &hcl(token));
        }
        set("project_id", &hcl(Config::PROJECT_ID));
        set("auth_url", &hcl(&auth_url));
        set("skip_check_website_type", "true");
        match &self.certificate {
            Some(file) => set("cacert_file", &hcl(&file.display().to_string())),
            None if self.url.starts_with("https:") => set("insecure", "true"),
            None => {}
        }
        text.push_str("  endpoints = {\n");
        for service in TERRAFORM_SERVICES {
            let _ = writeln!(text, "    {service:<8} = {}", hcl(&self.url));
        }
        text + "  }\n}\n"
    }
}

/// A word for a shell.
fn quoted(value: &str) -> String {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "-_./:@%+,=[]".contains(character);
    if value.chars().all(is_plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// A string of HCL: JSON's, with no templates in it.
fn hcl(value: &str) -> String {
    json!(value).to_string().replace("${", "$${").replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_where_they_would_be_read_as_something_else() {
        assert_eq!(quoted("http://[::1]:8080"), "http://[::1]:8080");
        assert_eq!(quoted("it's $5"), r"'it'\''s $5'");
        assert_eq!(hcl(r#"a"${b}%{c}"#), r#""a\"$${b}%%{c}""#);
    }
}
