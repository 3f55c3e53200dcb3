//! Paging, as every list documents it: `offset` counts records, and a page past the end is `[]`.

use crate::contract::{Field, Kind};

/// The parameter `offset`.
pub const OFFSET: Field =
    Field::optional("offset", Kind::Integer(0, i64::MAX)).means("records to skip").default("0");

/// The parameter `limit` of a list with at most `most` records a page.
pub const fn limit(most: i64, default: &'static str) -> Field {
    Field::optional("limit", Kind::Integer(1, most)).means("records in a page").default(default)
}

/// The records of one page, and how many there are in all.
pub fn page<T>(
    records: impl Iterator<Item = T>,
    offset: Option<usize>,
    limit: usize,
) -> (Vec<T>, usize) {
    let offset = offset.unwrap_or(0);
    let mut page = Vec::new();
    let mut total = 0;
    for record in records {
        if total >= offset && page.len() < limit {
            page.push(record);
        }
        total += 1;
    }
    (page, total)
}

/// The same where every record is wanted and their number is known: those behind the page are not visited,
/// nor, while none is gone, those before it.
pub fn page_of_all<T>(
    records: impl ExactSizeIterator<Item = T>,
    total: usize,
    is_there: impl FnMut(&T) -> bool,
    offset: Option<usize>,
    limit: usize,
) -> (Vec<T>, usize) {
    let offset = offset.unwrap_or(0);
    let page = if records.len() == total {
        records.skip(offset).take(limit).collect()
    } else {
        records.filter(is_there).skip(offset).take(limit).collect()
    };
    (page, total)
}

/// Whether a name fits a filter: exact, or a part of it behind a leading `*`.
pub fn fits(filter: Option<&String>, name: &str) -> bool {
    match filter.map(|filter| (filter, filter.strip_prefix('*'))) {
        None => true,
        Some((_, Some(part))) => name.contains(part),
        Some((filter, None)) => filter == name,
    }
}

#[test]
fn a_page_past_the_end_is_empty_and_the_total_stays() {
    assert_eq!(page(0..5, Some(3), 10), (vec![3, 4], 5));
    assert_eq!(page(0..5, Some(5), 10), (vec![], 5));
    assert_eq!(page(0..5, None, 2), (vec![0, 1], 5));
    for offset in [None, Some(3), Some(7)] {
        assert_eq!(page_of_all(0..5, 5, |_| true, offset, 10), page(0..5, offset, 10));
        let odd = |number: &i32| number % 2 == 1;
        assert_eq!(page_of_all(0..9, 4, odd, offset, 2), page((0..9).filter(odd), offset, 2));
    }
}

#[test]
fn a_leading_star_makes_a_filter_match_a_part() {
    let filter = |text: &str| Some(text.to_owned());
    assert!(fits(filter("*ppin").as_ref(), "mapping"));
    assert!(!fits(filter("ppin").as_ref(), "mapping"));
    assert!(fits(filter("mapping").as_ref(), "mapping"));
    assert!(fits(None, "mapping"));
}
