//! What the program does when all goes well, and when it does not. No test sleeps.

use mapping::Project;
use papercloud::{Fault, PaperCloud, World};
use std::error::Error;
use std::sync::LazyLock;

/// One for all tests: each has a project of its own in it.
static CLOUD: LazyLock<PaperCloud> = LazyLock::new(PaperCloud::start);

const SOURCE: &str = "356cf333ab77413f9d2526605227be08in01";
const TARGET: &str = "2bb234c7175c400aab91de7c62174c0ein12";

/// The program, which sleeps by the clock of a world.
fn create_mapping(world: &World) -> Result<String, Box<dyn Error>> {
    let sleep = |duration| drop(world.advance(duration));
    let endpoint = CLOUD.url();
    let project = Project { endpoint: &endpoint, id: world.project_id(), sleep: &sleep };
    project.create_mapping(SOURCE, TARGET)
}

#[test]
fn it_waits_for_its_job() {
    let world = CLOUD.world_of("it waits for its job");
    assert_eq!(create_mapping(&world).unwrap(), "Completed");
    world.assert_clean();
}

#[test]
fn it_says_that_a_job_has_failed() {
    let world = CLOUD.world_of("it says that a job has failed");
    world.fail_next("CreateDbCacheMapping", 40, "disk full").unwrap();
    assert_eq!(create_mapping(&world).unwrap(), "Failed");
}

#[test]
fn a_lost_answer_leaves_one_mapping() {
    let world = CLOUD.world_of("a lost answer leaves one mapping");
    let lost = Fault::on("CreateDbCacheMapping").first(1).after_commit().reset();
    world.fault(lost).unwrap();
    assert!(create_mapping(&world).is_err());
    world.requests().operation("CreateDbCacheMapping").committed(true).exactly(1).unwrap();
}
