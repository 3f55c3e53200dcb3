//! How messages show words and values, and in which language.

pub mod language;
mod value;

pub use value::{characters, json_value, name, open, quoted, reads_like_a_name, shown};

/// The word that was probably meant, as the end of a message that refuses one.
pub fn did_you_mean<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> String {
    nearest(word, known).map_or_else(String::new, |meant| format!("; did you mean {meant}?"))
}

/// The word that was probably meant: so near that a slip explains it, or cut short.
pub fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.to_lowercase();
    if word.len() > 128 {
        return None;
    }
    let characters = word.chars().count();
    let (mut cut_short, mut nearest) = (None, None);
    for known in known {
        let lower = known.to_lowercase();
        if word.len() >= 3 && lower.starts_with(&word) {
            cut_short = cut_short.or(Some(known));
        }
        let most = 1.max(lower.len() / 3);
        // Words are at least so far apart as their lengths.
        if characters.abs_diff(lower.chars().count()) > most {
            continue;
        }
        let distance = strsim::osa_distance(&word, &lower);
        let slip = distance <= most && distance < word.len();
        if slip && nearest.is_none_or(|(least, _)| distance < least) {
            nearest = Some((distance, known));
        }
    }
    nearest.map(|(_, known)| known).or(cut_short)
}
