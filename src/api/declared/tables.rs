//! The files of declarations, cut into their blocks when the program starts and read no further
//! until somebody asks.
//!
//! A block begins at the left edge: `GET /path Service.Operation` is an operation, `kind` a kind of
//! record, `shape` members that several answers have, `table` a list that never changes.

use std::collections::HashMap;
use std::sync::LazyLock;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../fixtures/declared/", $name)))),*]
    };
}

/// Every file, below `fixtures/declared`.
pub static FILES: &[(&str, &str)] = files![
    "geminidb/instance.api",
    "geminidb/settings.api",
    "geminidb/template.api",
    "geminidb/backup.api",
    "dcs/instance.api",
    "dcs/backup.api",
    "dcs/older.api",
    "dcs/settings.api",
    "dcs/nodes.api",
    "dcs/analyses.api",
    "dcs/template.api",
    "dcs/tasks.api",
    "taurusdb/instance.api",
    "taurusdb/settings.api",
    "taurusdb/accounts.api",
    "taurusdb/proxy.api",
    "taurusdb/htap.api",
    "taurusdb/clickhouse.api",
    "iam.api",
    "vpc/network.api",
    "vpc/security.api",
    "vpc/eip.api",
    "neighbours.api",
];

macro_rules! examples {
    ($($name:literal: $folder:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../fixtures/", $folder, "/documented.json")))),*]
    };
}

/// The documented examples of those operations that have one.
static EXAMPLES: &[(&str, &str)] = examples![
    "TaurusDB.CreateClickHouseInstance": "taurusdb/create_click_house_instance",
    "TaurusDB.DeleteClickHouseInstance": "taurusdb/delete_click_house_instance",
    "TaurusDB.ListClickHouseInstance": "taurusdb/list_click_house_instance",
    "TaurusDB.ListClickHouseInstanceNode": "taurusdb/list_click_house_instance_node",
    "TaurusDB.ListHtapInstanceInfo": "taurusdb/list_htap_instance_info",
    "TaurusDB.RebootClickHouseInstance": "taurusdb/reboot_click_house_instance",
    "GeminiDB.ListApiVersion": "geminidb/list_api_version",
    "IAM.KeystoneListVersions": "iam/keystone_list_versions",
    "IAM.KeystoneShowVersion": "iam/keystone_show_version",
    "IAM.ShowEndpoint": "iam/show_endpoint",
    "IAM.ShowVolumeEndpoint": "iam/show_volume_endpoint",
    "IAM.KeystoneShowCatalog": "iam/keystone_show_catalog",
    "IAM.KeystoneListAuthDomains": "iam/keystone_list_auth_domains",
    "IAM.KeystoneShowDomain": "iam/keystone_show_domain",
    "IAM.KeystoneListAuthProjects": "iam/keystone_list_auth_projects",
    "IAM.KeystoneListProjects": "iam/keystone_list_projects",
    "IAM.KeystoneShowProject": "iam/keystone_show_project",
    "IAM.KeystoneListRegions": "iam/keystone_list_regions",
    "IAM.KeystoneShowRegion": "iam/keystone_show_region",
    "STS.GetCallerIdentity": "sts/get_caller_identity",
    "BSS.ListServiceTypes": "bss/list_service_types",
    "DCS.CopyInstance": "dcs/copy_instance",
    "DCS.ListBackupRecords": "dcs/list_backup_records",
    "DCS.DeleteBackupFile": "dcs/delete_backup_file",
];

/// The documented example of the operation with a name, if it has one.
pub fn example(name: &str) -> &'static str {
    EXAMPLES.iter().find(|(known, _)| *known == name).map_or("", |(_, example)| example)
}

/// The names of those that have one.
#[cfg(test)]
pub fn with_example() -> impl Iterator<Item = &'static str> {
    EXAMPLES.iter().map(|(name, _)| *name)
}

/// A block of a file.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// Its file.
    pub file: &'static str,
    /// The number of its first line.
    pub line: usize,
    /// Its first line.
    pub head: &'static str,
    /// The lines below it.
    pub body: &'static str,
}

/// All blocks.
static BLOCKS: LazyLock<Vec<Block>> = LazyLock::new(|| {
    FILES.iter().flat_map(|(file, text)| blocks(file, current(file).unwrap_or(text))).collect()
});

/// What a file says now: a debug build reads it when it starts, so that a changed declaration needs
/// no build.
#[cfg(debug_assertions)]
fn current(file: &str) -> Option<&'static str> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/declared/");
    let text = std::fs::read_to_string(format!("{folder}{file}")).ok()?;
    Some(text.leak())
}

/// A release build has the files in it.
#[cfg(not(debug_assertions))]
const fn current(_: &str) -> Option<&'static str> {
    None
}

/// All but the operations, by the two words that they begin with.
static NAMED: LazyLock<HashMap<(&str, &str), Block>> = LazyLock::new(|| {
    let named = |block: &Block| {
        let mut words = block.head.split_whitespace();
        Some(((words.next()?, words.next()?), *block))
    };
    BLOCKS.iter().filter(|block| !block.is_operation()).filter_map(named).collect()
});

impl Block {
    /// Whether it is an operation.
    pub fn is_operation(&self) -> bool {
        let word = self.head.split(' ').next().unwrap_or_default();
        matches!(word, "GET" | "POST" | "PUT" | "DELETE" | "PATCH")
    }
}

/// The operations.
pub fn operations() -> impl Iterator<Item = Block> {
    BLOCKS.iter().filter(|block| block.is_operation()).copied()
}

/// Blocks that begin with no word that a block can begin with.
#[cfg(test)]
pub fn unknown() -> impl Iterator<Item = &'static Block> {
    let is_known = |block: &&Block| {
        let word = block.head.split(' ').next().unwrap_or_default();
        block.is_operation() || ["kind", "shape", "table", "define"].contains(&word)
    };
    BLOCKS.iter().filter(move |block| !is_known(block))
}

/// The block that begins with two words, such as `kind` and `dcs.instance`.
pub fn named(sort: &str, name: &str) -> Option<Block> {
    NAMED.get(&(sort, name)).copied()
}

/// The names of all blocks of a sort.
pub fn names(sort: &str) -> impl Iterator<Item = &'static str> {
    let names =
        BLOCKS.iter().filter_map(move |block| block.head.strip_prefix(sort)?.strip_prefix(' '));
    names.map(|name| name.split(' ').next().unwrap_or_default())
}

fn blocks(file: &'static str, text: &'static str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut at, mut begins) = (0, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let is_head = !line.starts_with([' ', '\n', '\r', '#']);
        if is_head {
            if let Some(last) = blocks.last_mut() {
                last.body = &text[begins..at];
            }
            begins = at + line.len();
            blocks.push(Block { file, line: index + 1, head: line.trim_end(), body: "" });
        }
        at += line.len();
    }
    if let Some(last) = blocks.last_mut() {
        last.body = &text[begins..at];
    }
    blocks
}
