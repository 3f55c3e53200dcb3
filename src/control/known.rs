//! The words that control requests name things by, and what is said of an unknown one.

use super::ControlError;
use crate::api::ROUTES;
use crate::contract::check::did_you_mean;
use crate::operation::Route;

/// The operations of a service, with this name; all of them where neither is given.
pub fn routes(
    service: Option<&str>,
    operation: Option<&str>,
) -> Result<Vec<&'static Route>, ControlError> {
    let mut routes: Vec<_> = ROUTES.iter().collect();
    let mut what = "operation".to_owned();
    if let Some(service) = service {
        let names: Vec<_> = routes.iter().map(|route| route.contract.service.name).collect();
        routes.retain(|route| route.contract.service.name.eq_ignore_ascii_case(service));
        let Some(first) = routes.first() else { return Err(unknown("service", service, names)) };
        what = format!("operation of {}", first.contract.service.name);
    }
    if let Some(operation) = operation {
        let names: Vec<_> = routes.iter().map(|route| route.contract.id).collect();
        routes.retain(|route| route.contract.id == operation);
        if routes.is_empty() {
            return Err(unknown(&what, operation, names));
        }
    }
    Ok(routes)
}

/// Why a word is refused, and the one that was probably meant; all of them where they are few.
pub fn unknown<'k>(
    what: &str,
    word: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> ControlError {
    const FEW: usize = 12;
    let mut known: Vec<_> = known.into_iter().collect();
    known.dedup();
    let mut meant = did_you_mean(word, known.iter().copied());
    if meant.is_empty() && known.len() <= FEW {
        meant = format!("; there are {}", known.join(", "));
    }
    let shown: String = word.chars().take(64).flat_map(char::escape_debug).collect();
    ControlError::bad(format!("there is no {what} {shown}{meant}"))
}
