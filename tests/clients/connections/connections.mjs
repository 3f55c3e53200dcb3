// Node's clients that keep their connections; `run` says what this reads and writes.

import http from "node:http";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [name, url, count] = process.argv.slice(2);
const right = "/v3/connections/jobs?offset=0&limit=10";
const usual = { "X-Auth-Token": "t", "Content-Type": "application/json" };

/** Asks by node:http, whose agent keeps connections. */
function byAgent() {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  return (method, path, body, headers) =>
    new Promise((resolve, reject) => {
      const request = http.request(url + path, { method, headers, agent, timeout: 30_000 });
      request.on("error", reject);
      request.on("timeout", () => request.destroy(new Error("timeout")));
      request.on("response", (answer) => {
        answer.on("error", reject);
        answer.on("end", () => resolve(answer.statusCode));
        answer.resume();
      });
      request.end(body);
    });
}

/** Asks by the official SDK, below its typed calls. */
function bySdk() {
  const require = createRequire(new URL("../node/package.json", import.meta.url));
  const core = require("@huaweicloud/huaweicloud-sdk-core");
  const { GaussDBforNoSQLClient } = require("@huaweicloud/huaweicloud-sdk-gaussdbfornosql");
  const credentials = new core.BasicCredentials()
    .withAk("papercloud")
    .withSk("papercloud")
    .withProjectId("connections");
  const client = GaussDBforNoSQLClient.newBuilder()
    .withCredential(credentials)
    .withEndpoint(url)
    .build();
  return async (method, path, body, headers) => {
    const [plain, query] = path.split("?");
    const queryParams = Object.fromEntries(new URLSearchParams(query));
    const options = { method, url: plain, contentType: "application/json", queryParams };
    Object.assign(options, { pathParams: {}, headers: { ...headers } });
    options.data = body === undefined ? {} : { description: body };
    try {
      const answer = await client.hcClient.sendRequest(options);
      return answer.httpStatusCode;
    } catch (error) {
      if (error.httpStatusCode) return error.httpStatusCode;
      throw error;
    }
  };
}

const ask = name === "sdk" ? bySdk() : byAgent();
for await (const line of createInterface({ input: process.stdin })) {
  const [method, path, size, status, origin] = line.split(" ");
  const headers = origin === "-" ? usual : { ...usual, Origin: origin };
  const body = " ".repeat(Number(size));
  let [lost, problem] = [0, undefined];
  for (let pair = 0; pair < Number(count); pair++) {
    try {
      const wrong = await ask(method, path, body, headers);
      const good = await ask("GET", right, undefined, usual);
      problem = wrong === Number(status) && good === 200 ? undefined : `${wrong}, ${good}`;
    } catch (error) {
      problem = error;
    }
    if (problem) lost += 1;
  }
  if (problem) console.error(name, line, problem);
  console.log(lost);
}
process.exit(0);
