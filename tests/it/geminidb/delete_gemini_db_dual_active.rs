//! Parting two instances: only where there is a relationship.

use super::{FAR, NEAR, SOURCE, TARGET, advance, instance, map, pair, part, refused};
use crate::support::{config, start};

#[test]
fn without_a_relationship_there_is_nothing_to_delete() {
    let cloud = start(&config());
    refused(part(&cloud, NEAR), 404, "DBS.200002");
    map(&cloud, SOURCE).expect(202);
    refused(part(&cloud, TARGET), 400, "DBS.03000001");
    let doomed = format!("0000dead{}", &NEAR[8..]);
    pair(&cloud, &doomed, FAR).expect(202);
    advance(&cloud, 2);
    assert_eq!(instance(&cloud, FAR).get("dual_active_info"), None);
    refused(part(&cloud, FAR), 400, "DBS.03000001");
    refused(part(&cloud, &format!("00000403{}", &NEAR[8..])), 403, "DBS.280032");
    refused(part(&cloud, &format!("00000409{}", &NEAR[8..])), 403, "DBS.200019");
}
