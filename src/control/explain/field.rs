//! A declared parameter, found by the path that a violation has.

use crate::contract::{Contract, Field, Kind, Place};

/// A declared parameter.
#[derive(Debug)]
pub struct DeclaredField {
    /// Where it is sent.
    pub place: Place,
    /// Its row.
    pub field: &'static Field,
    /// Its kind, or that of its elements where the path leads to one.
    pub kind: &'static Kind,
    /// The path as a JSON pointer.
    pub pointer: String,
}

impl DeclaredField {
    /// Finds a path such as `backup_files.files[0].size`, if it is declared.
    pub fn find(contract: &Contract, path: &str) -> Option<Self> {
        let top = path.split(['.', '[']).next()?;
        let mut tables = contract.tables().into_iter();
        let (place, mut fields) =
            tables.find(|(_, fields)| fields.iter().any(|field| field.name == top))?;
        let mut found = None;
        for step in path.split('.') {
            let (name, indices) = step.split_once('[').unwrap_or((step, ""));
            let field = fields.iter().find(|field| field.name == name)?;
            let kind = match &field.kind {
                Kind::List(of, _) if !indices.is_empty() => of,
                kind => kind,
            };
            fields = field.kind.members();
            found = Some((field, kind));
        }
        let (field, kind) = found?;
        let pointer = format!("/{}", path.replace(['.', '['], "/").replace(']', ""));
        Some(Self { place, field, kind, pointer })
    }
}
