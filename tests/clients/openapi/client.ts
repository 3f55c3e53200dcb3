// What the generated types make of a call, and what they refuse.
import type { components, operations, paths } from "./openapi";

type Create = paths["/v3/{project_id}/dbcache/mapping"]["post"];
const body: Create["requestBody"]["content"]["application/json"] = {
  source_instance_id: "356cf333ab77413f9d2526605227be08in01",
  target_instance_id: "2bb234c7175c400aab91de7c62174c0ein12",
};
// @ts-expect-error: a mandatory member is missing
const incomplete: components["schemas"]["CreateDbCacheMappingRequest"] = { source_instance_id: "a" };
const answered = (answer: components["schemas"]["CreateDbCacheMappingResponse"]): string => answer.job_id;
const refused = (error: components["schemas"]["GatewayError"]): string => `${error.error_code} ${error.request_id}`;
type Named = operations["CreateDbCacheMapping"];
export type { Named };
export { answered, body, incomplete, refused };
