// What to do first, with the address that this service really has.

import { code, element, make } from "./dom.js";

const PROJECT = "054e292c9880d4992f02c0196d3ea468";

export function show(api) {
  const steps = [
    [
      "From a shell",
      "shell commands",
      `curl -sS ${api}/v3/${PROJECT}/dbcache/mapping \\
  -H 'Content-Type: application/json' -H 'X-Auth-Token: any' \\
  -d '{"source_instance_id": "356cf333ab77413f9d2526605227be08in01",
       "target_instance_id": "2bb234c7175c400aab91de7c62174c0ein12"}'`,
    ],
    [
      "From pytest",
      "pytest file",
      `# conftest.py: from papercloud import papercloud, world
# PAPERCLOUD_URL=${api} pytest

def test_that_a_failed_job_is_seen(world):
    world.fail_next("CreateDbCacheMapping", reason="disk full")
    job_id = my_program(world.url, world.project_id)
    [due] = world.advance_to_next_event()
    assert (due["job_id"], due["job_status"]) == (job_id, "Failed")`,
    ],
    [
      "From an official SDK",
      "SDK settings",
      `credentials = BasicCredentials("MOCKACCESSKEY0000001", "any secret key",
                               "${PROJECT}")
client = (GaussDBforNoSQLClient.new_builder()
          .with_credentials(credentials)
          .with_endpoint("${api}").build())`,
    ],
  ];
  const shown = steps.map(([title, name, text]) => make("section", { className: "sheet" }, make("h3", {}, title), code(text, name)));
  element("steps").replaceChildren(...shown);
}
