//! Looking a project up by its name.

use super::{ANOTHER_PROJECT, is_refused_by_iam};
use crate::support::{PROJECT, config, send, start};
use papercloud::Config;

#[test]
fn exactly_one_project_is_named_like_the_region() {
    let cloud = start(&Config { region: "eu-de".to_owned(), ..config() });
    let ids = |query: &str| {
        let list = send(&cloud, "GET", &format!("/v3/projects?{query}"), None).expect(200);
        let projects = list["projects"].as_array().expect("projects").iter();
        projects.map(|one| one["id"].as_str().expect("text").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids("name=eu-de"), [PROJECT]);
    assert_eq!(ids(&format!("name=eu-de_{ANOTHER_PROJECT}")), [ANOTHER_PROJECT]);
    assert_eq!(ids("name=eu-mock-1"), [""; 0]);
    assert_eq!(ids("page=2&per_page=1"), [""; 0]);
    assert_eq!(ids("is_domain=true"), [""; 0]);
    assert_eq!(ids("domain_id=another"), [""; 0]);
    let path = format!("/v3/projects/{ANOTHER_PROJECT}");
    let shown = send(&cloud, "GET", &path, None).expect(200);
    assert_eq!(shown["project"]["name"], format!("eu-de_{ANOTHER_PROJECT}"));
    let refused = send(&cloud, "GET", "/v3/projects/%7Bproject_id%7D", None);
    is_refused_by_iam(&refused, 404, "Not Found", "project {project_id} does not exist");
}
