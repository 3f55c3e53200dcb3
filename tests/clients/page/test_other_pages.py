"""A web page of another site can do nothing here, on any path, whatever it tries."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from conftest import MAPPING, Service, Windows, World, launch
from playwright.sync_api import Browser, Page

PROJECT = "054e292c9880d4992f02c0196d3ea468"


class Elsewhere(BaseHTTPRequestHandler):
    """A page of another origin, with nothing on it."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Elsewhere</title>")

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def service() -> Iterator[Service]:
    """One that does not even ask for a token, so that nothing but the origin can be refused."""
    started = Service("--auth", "off")
    yield started
    started.stop()


CONTROL = [
    ("POST", f"/_paper/worlds/{PROJECT}/clock/freeze"),
    ("POST", f"/_paper/worlds/{PROJECT}/faults"),
    ("POST", "/_paper/save"),
    ("GET", f"/_paper/worlds/{PROJECT}/requests"),
    ("GET", f"/_paper/events?world={PROJECT}"),
    ("PUT", f"/_paper/worlds/{PROJECT}/label"),
    ("DELETE", f"/_paper/worlds/{PROJECT}"),
]
API = [
    ("POST", f"/v3/{PROJECT}/dbcache/mapping"),
    ("POST", f"/v2/{PROJECT}/migration/instance"),
    ("POST", "/v3/auth/tokens"),
    ("GET", f"/v3/{PROJECT}/jobs"),
]
PATHS = [pytest.param(CONTROL, id="control"), pytest.param(API, id="api")]

FETCH = """async ([url, method, mode, body]) => {
  try {
    const headers = mode === "cors" ? {"Content-Type": "application/json"} : {};
    const options = {method, mode, headers, body: method === "GET" ? undefined : body};
    const answer = await fetch(url, {...options, signal: AbortSignal.timeout(3000)});
    return answer.type === "opaque" ? null : await answer.text();
  } catch { return null; }
}"""

FORM = """([url, body, kind]) => new Promise(done => {
  const frame = document.createElement("iframe");
  frame.name = "f" + Math.random();
  const form = document.createElement("form");
  Object.assign(form, {action: url, method: "post", enctype: kind, target: frame.name});
  const field = document.createElement("input");
  field.name = body;
  form.append(field);
  document.body.append(frame, form);
  frame.onload = () => done(null);
  setTimeout(() => done(null), 2000);
  form.submit();
})"""

IMAGE = """url => new Promise(done => {
  const image = new Image();
  image.onload = () => done(true);
  image.onerror = () => done(false);
  image.src = url;
})"""


def state(service: Service) -> Any:
    """Everything that a page could have changed. The account keeps what is refused in no world."""
    exported = service.ask("GET", f"/_paper/worlds/{PROJECT}")
    exported.pop("requests", None)
    worlds = [world["project_id"] for world in service.ask("GET", "/_paper/worlds")["worlds"]]
    return exported, [project for project in worlds if project != "@account"]


def prepared(service: Service) -> Any:
    world = World(service, PROJECT)
    world.freeze()
    world.control("PUT", "/label", {"label": "before"})
    world.create()
    return state(service)


@pytest.mark.parametrize("attempts", PATHS)
def test_a_page_of_another_origin_changes_and_reads_nothing(
    windows: Windows, service: Service, elsewhere: str, attempts: list[tuple[str, str]]
) -> None:
    before = prepared(service)
    page = windows.open(elsewhere)
    body = '{"source_instance_id": "c", "target_instance_id": "d", "label": "after"}'
    for method, path in attempts:
        url = service.url + path
        assert page.evaluate(FETCH, [url, method, "cors", body]) is None, (method, path)
        if method in ("GET", "POST"):
            assert page.evaluate(FETCH, [url, method, "no-cors", body]) is None, (method, path)
        if method == "POST":
            for kind in ("text/plain", "application/x-www-form-urlencoded"):
                page.evaluate(FORM, [url, body, kind])
        assert page.evaluate(IMAGE, url) is False
        assert state(service) == before, (method, path)


@pytest.mark.parametrize("attempts", PATHS)
def test_a_page_whose_host_was_rebound_changes_and_reads_nothing(
    browser: Browser, service: Service, attempts: list[tuple[str, str]]
) -> None:
    prepared(service)
    rules = "--host-resolver-rules=MAP evil.example.com 127.0.0.1"
    rebound = launch(browser.browser_type, rules)
    try:
        page: Page = rebound.new_page()
        own = f"http://evil.example.com:{service.port}"
        # Whatever it answers, the page's scripts are of that origin from now on. The browser asks for
        # an icon besides.
        page.goto(f"{own}/_paper/worlds")
        page.wait_for_timeout(500)
        before = state(service)
        for method, path in attempts:
            answer = page.evaluate(FETCH, [own + path, method, "cors", json.dumps(MAPPING)])
            assert answer is None or "--allowed-host evil.example.com" in answer, (path, answer)
            assert state(service) == before, (method, path)
    finally:
        rebound.close()
