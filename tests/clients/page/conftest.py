"""What the tests of the page start from: a service, a project in it, and Chromium.

From the root of the repository::

    cargo build --release
    python3 -m venv target/venv-page
    target/venv-page/bin/pip install -r tests/clients/page/requirements.txt
    npm ci --prefix tests/clients/page
    target/venv-page/bin/python -m pytest tests/clients/page

The browser is the one of PAPERCLOUD_BROWSER, or the system's Chromium. Where there is none the tests
are skipped, except in CI (CI=true), where that is an error. UPDATE_SCREENSHOTS=1 writes docs/images.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[3]
MAPPING = {
    "source_instance_id": "356cf333ab77413f9d2526605227be08in01",
    "target_instance_id": "2bb234c7175c400aab91de7c62174c0ein12",
}


def binary() -> str:
    """The program under test."""
    built = [ROOT / "target" / profile / "papercloud" for profile in ("release", "debug")]
    found = [path for path in built if path.exists()]
    newest = max(found, key=lambda path: path.stat().st_mtime, default=None)
    named = os.environ.get("PAPERCLOUD_BINARY") or newest or shutil.which("papercloud")
    assert named, "no papercloud: cargo build, or PAPERCLOUD_BINARY"
    return str(named)


class Service:
    """A running service."""

    def __init__(self, *flags: str, port: int = 0, token: str | None = None) -> None:
        self.token = token
        command = [binary(), "--port", str(port), "--log-level", "warn", "--stop-with-stdin", *flags]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        address = next(word for word in line.split() if word.startswith("http://"))
        self.port = int(address.rstrip("/,;").rsplit(":", 1)[1].split("/")[0])
        self.url = f"http://127.0.0.1:{self.port}"
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Status and body of an answer; status 0 where the connection was reset."""
        all_headers = {"X-Auth-Token": "any", "Content-Type": "application/json", **(headers or {})}
        if self.token:
            all_headers["X-Paper-Token"] = self.token
        text = None if body is None else json.dumps(body)
        try:
            self.connection.request(method, path, text, all_headers)
            answer = self.connection.getresponse()
            read = answer.read()
        except (http.client.HTTPException, OSError):
            self.connection.close()
            return 0, None
        return answer.status, json.loads(read) if read else None

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of a call that has to succeed."""
        status, answer = self.send(method, path, body)
        assert 200 <= status < 300, (status, answer)
        return answer

    def stop(self) -> None:
        self.connection.close()
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)

    def world(self, project_id: str, label: str | None = None) -> World:
        world = World(self, project_id)
        world.control("PUT", "/label", {"label": label})
        return world


class World:
    """A project in it."""

    def __init__(self, service: Service, project_id: str) -> None:
        self.service, self.project_id = service, project_id

    def control(self, method: str, below: str = "", body: Any = None) -> Any:
        return self.service.ask(method, f"/_paper/worlds/{self.project_id}{below}", body)

    def create(self, **changes: Any) -> tuple[int, Any]:
        """Creates a mapping. What is changed to None is not sent."""
        sent = {name: value for name, value in {**MAPPING, **changes}.items() if value is not None}
        return self.service.send("POST", f"/v3/{self.project_id}/dbcache/mapping", sent)

    def look(self) -> tuple[int, Any]:
        return self.service.send("GET", f"/v3/{self.project_id}/jobs?limit=10")

    def freeze(self) -> None:
        self.control("POST", "/clock/freeze", {"at": "2026-01-01T09:00:00Z"})

    def now(self) -> str:
        return str(self.control("GET", "/clock")["now"])


def until(what: Callable[[], Any], seconds: float = 15) -> Any:
    """Waits for something that comes about by itself."""
    end = time.monotonic() + seconds
    while True:
        value = what()
        if value:
            return value
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def launch(kind: BrowserType, *flags: str) -> Browser:
    """Starts Chromium. Where the tests run as root, as in a container, it has no sandbox."""
    names = ("chromium", "chromium-headless-shell", "chromium-browser", "google-chrome")
    path = os.environ.get("PAPERCLOUD_BROWSER") or next(filter(None, map(shutil.which, names)), None)
    if path is None:
        reason = "no Chromium: install it, or name it in PAPERCLOUD_BROWSER"
        assert os.environ.get("CI") != "true", reason
        pytest.skip(reason)
    return kind.launch(executable_path=path, args=["--no-sandbox", *flags])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch(playwright.chromium)
        yield chromium
        chromium.close()


@pytest.fixture
def service() -> Iterator[Service]:
    started = Service()
    yield started
    started.stop()


@pytest.fixture
def world(service: Service) -> World:
    """A world whose clock stands still."""
    made = service.world("054e292c9880d4992f02c0196d3ea468", "test_move_to_the_new_cluster")
    made.freeze()
    return made


class Windows:
    """Pages in windows of their own; an error of a script fails the test."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts: list[BrowserContext] = []
        self.errors: list[str] = []

    def open(self, url: str, width: int = 1440, height: int = 900, **options: Any) -> Page:
        context = self.browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(20_000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: self.errors.append(f"a dialogue: {dialog.message}"))
        page.goto(url)
        return page


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    opened = Windows(browser)
    yield opened
    for context in opened.contexts:
        context.close()
    assert opened.errors == []


@pytest.fixture
def page(windows: Windows, service: Service, world: World) -> Page:
    """The page, with the world that is chosen by itself."""
    opened = windows.open(f"{service.url}/_paper/")
    opened.wait_for_selector("#world:not([hidden])")
    return opened


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says what was skipped and why, though nobody asks for it."""
    for skipped in terminalreporter.stats.get("skipped", []):
        reason = skipped.longrepr[2] if isinstance(skipped.longrepr, tuple) else skipped.longrepr
        terminalreporter.write_line(f"{skipped.nodeid}: {reason}", yellow=True)
