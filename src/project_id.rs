//! What names a project, in paths of the API and of the control API.

use crate::error::control::ControlError;

/// What stands for the account in the place of a project: the world of IAM's own calls.
pub const ACCOUNT: &str = "@account";

/// Whether a path can carry the id: anything else is no project.
pub fn is_project_id(id: &str) -> bool {
    let fit = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (1..=64).contains(&id.len()) && id.bytes().all(fit)
}

/// Whether an id looks like those that the real cloud gives to projects.
pub fn is_usual_project_id(id: &str) -> bool {
    let lower_hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    id.len() == 32 && id.bytes().all(lower_hexadecimal)
}

/// What an id of a project looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Like those that the real cloud gives.
    Usual,
    /// Not like those, but a path can carry it.
    Unusual,
    /// It is no id.
    Malformed,
}

impl Form {
    pub fn of(id: &str) -> Self {
        match id {
            id if is_usual_project_id(id) => Self::Usual,
            id if is_project_id(id) => Self::Unusual,
            _ => Self::Malformed,
        }
    }
}

/// How paths name a project: the account, whose world has no id, as [`ACCOUNT`].
pub fn path_name(id: &str) -> &str {
    if id.is_empty() { ACCOUNT } else { id }
}

/// The project that a path names: the reverse of [`path_name`].
pub fn project_id(project: &str) -> Result<&str, ControlError> {
    if project == ACCOUNT {
        return Ok("");
    }
    if is_project_id(project) {
        return Ok(project);
    }
    let shown = crate::text::shown(project);
    Err(ControlError::bad(format!(
        "a project ID has 1 to 64 letters, digits, hyphens and underscores, got {shown}; \
         {ACCOUNT} is the world of calls without a project"
    )))
}
