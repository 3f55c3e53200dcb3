//! The published document: complete, whole in itself, and as good as its word.

use crate::support::{config, resolved, send, send_text, start};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The document with everything in its place.
fn published() -> Value {
    let document = papercloud::openapi();
    resolved(&document, &document)
}

#[test]
fn what_is_alike_is_written_once_and_what_is_sent_and_answered_has_a_name() {
    let document = papercloud::openapi();
    let (short, long) = (document.to_string().len(), published()["paths"].to_string().len());
    assert!(short * 2 < long, "{short} of {long} bytes");
    let components = &document["components"];
    for name in ["CreateDbCacheMappingRequest", "CreateDbCacheMappingResponse", "GatewayError"] {
        assert!(components["schemas"][name].is_object(), "{name}");
    }
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("methods") {
            for (status, response) in operation["responses"].as_object().expect("responses") {
                let is_shared = response["$ref"].is_string();
                assert_eq!(is_shared, !status.starts_with('2'), "{method} {path} {status}");
            }
        }
    }
}

#[test]
fn the_server_is_the_address_that_was_asked() {
    let cloud = start(&config());
    let server = |host: &str| {
        let answer = send_text(&cloud, "GET", "/_paper/openapi.json", &[("Host", host)], "");
        answer.expect(200)["servers"].clone()
    };
    assert_eq!(server("papercloud:8080"), json!([{ "url": "http://papercloud:8080" }]));
    assert_eq!(server("[::1]:1"), json!([{ "url": "http://[::1]:1" }]));
    let apart = start(&papercloud::Config { control_port: Some(0), ..config() });
    let control = apart.control_address().expect("an address");
    let url = format!("http://{control}/_paper/openapi.json");
    let mut answer = ureq::get(url).call().expect("an answer");
    let document: Value =
        serde_json::from_str(&answer.body_mut().read_to_string().expect("text")).expect("JSON");
    assert_eq!(document["servers"], json!([{ "url": apart.url() }]), "where the API is");
}

/// Every operation of the document, by its id: its path, its method, and what is said of it.
fn operations(document: &Value) -> BTreeMap<String, (String, String, Value)> {
    let mut found = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            let known = found.insert(id, (path.clone(), method.clone(), operation.clone()));
            assert!(known.is_none(), "{known:?}");
        }
    }
    found
}

fn resolve<'d>(schema: &'d Value, pointer: &str) -> Option<&'d Value> {
    let Some((name, rest)) =
        pointer.strip_prefix('/').map(|it| it.split_once('/').unwrap_or((it, "")))
    else {
        return Some(schema);
    };
    let below = match name.parse::<usize>() {
        Ok(_) => &schema["items"],
        Err(_) => &schema["properties"][name],
    };
    let rest = if rest.is_empty() { String::new() } else { format!("/{rest}") };
    let alternatives = schema["anyOf"].as_array().into_iter().flatten();
    let mut found = alternatives.filter_map(|way| resolve(way, pointer));
    if below.is_null() { found.next() } else { resolve(below, &rest) }
}

#[test]
fn an_operation_that_shares_its_path_is_published_with_the_others() {
    let document = published();
    let jobs = &document["paths"]["/v3/{project_id}/jobs"]["get"];
    assert_eq!(jobs["operationId"], "ListJobs");
    assert_eq!(
        jobs["x-operations"],
        json!([
            { "service": "GeminiDB", "operation": "ListJobs" },
            { "service": "TaurusDB", "operation": "ShowGaussMySqlJobInfo" },
        ])
    );
    assert_eq!(jobs["tags"], json!(["GeminiDB", "TaurusDB"]));
    assert!(document["tags"].as_array().unwrap().contains(&json!({ "name": "GeminiDB" })));
    let parameters = jobs["parameters"].as_array().expect("parameters");
    let id: Vec<_> = parameters.iter().filter(|one| one["name"] == "id").collect();
    assert_eq!(id.len(), 1);
    // TaurusDB wants it, and GeminiDB does without.
    assert_eq!(id[0]["required"], false);
    let codes = jobs["responses"]["400"]["description"].as_str().expect("codes");
    assert!(codes.contains("DBS.280235") && codes.contains("DBS.200543"), "{codes}");
}

#[test]
fn no_example_has_a_reference_left_in_it() {
    let text = published().to_string();
    let left = regex::Regex::new(r"\{[0-9]+\.[a-z_.0-9]+\}").expect("a pattern");
    assert_eq!(left.find(&text).map(|found| found.as_str()), None);
}

#[test]
fn every_example_fits_its_schema() {
    let mut fitting = 0;
    for (id, (_, _, operation)) in operations(&published()) {
        let media = &operation["requestBody"]["content"]["application/json"];
        let of_body = Some((&media["schema"], media.get("example").unwrap_or(&Value::Null)))
            .filter(|(_, example)| !example.is_null());
        let parameters = operation["parameters"].as_array().expect("parameters").iter();
        let of_parameters =
            parameters.filter_map(|one| Some((&one["schema"], one.get("example")?)));
        for (schema, example) in of_body.into_iter().chain(of_parameters) {
            let errors: Vec<_> = jsonschema::validator_for(schema)
                .expect("a schema")
                .iter_errors(example)
                .map(|error| error.to_string())
                .collect();
            assert!(errors.is_empty(), "{id}: {example} {errors:?}");
            fitting += 1;
        }
    }
    assert!(fitting > 120, "{fitting}");
}

#[test]
fn every_link_leads_from_an_answered_id_to_a_parameter() {
    let document = published();
    let operations = operations(&document);
    let mut links = 0;
    for (id, (_, _, operation)) in &operations {
        for response in operation["responses"].as_object().expect("responses").values() {
            let schema = &response["content"]["application/json"]["schema"];
            for (name, link) in response["links"].as_object().into_iter().flatten() {
                let target = link["operationId"].as_str().expect("an id");
                let (_, _, target) =
                    operations.get(target).unwrap_or_else(|| panic!("{id} {name}: no {target}"));
                let named = target["x-operations"].as_array().expect("operations");
                assert!(named.iter().any(|one| one["operation"] == *name), "{id} {name}");
                let mut ids = 0;
                for (parameter, expression) in link["parameters"].as_object().expect("parameters") {
                    let (place, parameter) = parameter.split_once('.').expect("a place");
                    let there = target["parameters"].as_array().expect("parameters").iter();
                    let mut there = there.filter(|it| it["name"] == parameter && it["in"] == place);
                    assert!(there.next().is_some(), "{id} {name}: {parameter}");
                    ids += check(expression.as_str().expect("text"), schema);
                }
                for (member, value) in link["requestBody"].as_object().into_iter().flatten() {
                    let value = value.as_array().and_then(|values| values.first()).unwrap_or(value);
                    let Some(expression) = value.as_str().filter(|it| it.starts_with('$')) else {
                        continue;
                    };
                    let body = &target["requestBody"]["content"]["application/json"]["schema"];
                    assert!(body["properties"][member].is_object(), "{id} {name}: {member}");
                    ids += check(expression, schema);
                }
                assert!(ids > 0, "{id} {name}: {link}");
                links += 1;
            }
        }
    }
    assert!(links > 60, "{links}");
}

/// Whether an expression is of the answer; then the answer has what it points at.
fn check(expression: &str, answer: &Value) -> usize {
    let Some(pointer) = expression.strip_prefix("$response.body#") else {
        assert!(expression.starts_with("$request.path."), "{expression}");
        return 0;
    };
    assert!(resolve(answer, pointer).is_some(), "{expression} of {answer}");
    1
}

#[test]
fn what_is_created_is_found_by_its_links() {
    let cloud = start(&config());
    let document = send(&cloud, "GET", "/_paper/openapi.json", None).expect(200);
    let document = resolved(&document, &document);
    let operations = operations(&document);
    let linked = |from: &str, to: &str, status: &str| {
        operations[from].2["responses"][status]["links"][to].clone()
    };
    let link = linked("CreateDbCacheMapping", "ListJobs", "202");
    assert_eq!(
        link["parameters"],
        json!({
            "query.id": "$response.body#/job_id",
            "path.project_id": "$request.path.project_id",
        })
    );
    let link = linked("ListDbCacheMappings", "CreateDbCacheRule", "200");
    assert_eq!(link["requestBody"]["dbcache_mapping_id"], "$response.body#/dbcache_mappings/0/id");
    assert_eq!(link["requestBody"]["name"], "students");
    let link = linked("CreateMigrationTask", "DeleteMigrationTask", "200");
    assert_eq!(link["requestBody"], json!({ "task_id_list": ["$response.body#/id"] }));
    let link = linked("CreateMigrationTask", "StopMigrationTask", "200");
    assert_eq!(link["parameters"]["path.task_id"], "$response.body#/id");
    let link = linked("CreateClickHouseInstance", "DeleteClickHouseInstance", "202");
    assert_eq!(
        link["parameters"],
        json!({
            "path.clickhouse_instance_id": "$response.body#/instance/id",
            "path.project_id": "$request.path.project_id",
            "path.instance_id": "$request.path.instance_id",
        })
    );
}
