//! Creating a mapping: a pair has one, until it is gone.

use super::{SOURCE, advance, get, map, mapping, normal_mapping, refused, unmap};
use crate::support::{config, start};

#[test]
fn a_pair_can_be_mapped_anew_once_its_mapping_is_gone_and_not_before() {
    let cloud = start(&config());
    let first = normal_mapping(&cloud);
    unmap(&cloud, &first).expect(202);
    refused(map(&cloud, SOURCE), 403, "DBS.200019");
    advance(&cloud, 2);
    let second = mapping(&cloud);
    assert_ne!(first, second);
    assert_eq!(get(&cloud, "/dbcache/mappings")["total_count"], 1);
}
