//! Lists that never change: `table NAME column column:int …`, and below it a line for each row.
//!
//! A column is text; `:int`, `:bool` and `:json` are what they say. Words with blanks stand in
//! quotation marks, and `_` is a value that is not there.

use super::line::{Words, lines};
use super::mistake::{Mistake, Problem};
use super::tables::{self, Block};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

static TABLES: LazyLock<Mutex<HashMap<String, Value>>> = LazyLock::new(Mutex::default);

/// A table by its name, read when it is first asked for.
pub fn table(name: &str) -> Value {
    let mut tables = TABLES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(table) = tables.get(name) {
        return table.clone();
    }
    let block = tables::named("table", name);
    let table = block.and_then(|block| read(&block).ok()).unwrap_or_default();
    tables.insert(name.to_owned(), table.clone());
    table
}

/// Reads a table.
pub fn read(block: &Block) -> Result<Value, Mistake> {
    let columns: Vec<_> = block.head.split_whitespace().skip(2).collect();
    let mut rows = Vec::new();
    for line in &lines(block) {
        let words: Vec<_> = Words(&line.text).collect();
        if words.len() != columns.len() {
            let problem = format!("{} values for {} columns", words.len(), columns.len());
            return Err(line.mistake(problem));
        }
        let mut row = Map::new();
        for (column, word) in columns.iter().zip(words) {
            let (name, kind) = column.split_once(':').unwrap_or((column, "text"));
            let value = match (kind, word) {
                (_, "_") => Value::Null,
                ("text", word) => word.into(),
                (_, word) => serde_json::from_str(word)
                    .map_err(|_| line.at()(Problem(format!("{word:?} is no {kind}"))))?,
            };
            row.insert(name.to_owned(), value);
        }
        rows.push(Value::Object(row));
    }
    Ok(rows.into())
}
