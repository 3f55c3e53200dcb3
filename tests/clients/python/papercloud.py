"""Papercloud for tests written in Python: one file to copy, which needs the standard library only.

With pytest, import the two fixtures in `conftest.py` and take a project for each test::

    from papercloud import papercloud, world  # noqa: F401

    def test_that_my_program_waits(world):
        world.fail_next("CreateDbCacheMapping", reason="disk full")
        my_program(endpoint=world.url, project_id=world.project_id)
        world.verify(operation="CreateDbCacheMapping", exactly=1)

The program is the one that PAPERCLOUD_BINARY names, the one that cargo built in this checkout, or
the first `papercloud` in PATH. It listens on a free port, and stops with the test session.
"""

from __future__ import annotations

import hashlib
import json
import os
import select
import shutil
import signal
import ssl
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

START_SECONDS = 10.0
STOP_SECONDS = 10.0
ANSWER_SECONDS = 30.0


class Papercloud:
    """A running service on a free port.

    The arguments are further flags of the program::

        with Papercloud("--job-seconds", "2") as papercloud:
            world = papercloud.world("054e292c9880d4992f02c0196d3ea468")
            world.freeze()
            ...
            world.advance(2)
    """

    def __init__(self, *flags: str) -> None:
        command = [str(find_binary()), "--port", "0", "--announce", "json", *flags]
        # Settings meant for another Papercloud must not change this one.
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PAPERCLOUD_")
        }
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=self._log
        )
        assert self._process.stdout is not None
        self._output = self._process.stdout
        announced = self._announcement()
        self.url: str = announced["url"]
        # With --tls: the certificate to trust, in PEM.
        self.certificate: str | None = announced["certificate"]

    def __enter__(self) -> Papercloud:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def world(self, project_id: str) -> World:
        """Everything that belongs to a project."""
        return World(self.url, project_id, self.certificate)

    def world_of(self, test: str) -> World:
        """The project of a test: its ID follows from the test's name, and its clock stands still.

        It has 32 hexadecimal digits, as real ones have, and is the same in every run.
        """
        world = self.world(hashlib.sha256(test.encode()).hexdigest()[:32])
        world.freeze()
        world.label(test)
        return world

    def define_scenario(self, name: str, scenario: dict[str, Any]) -> None:
        """Names a set of clock, job and fault settings, for any project to choose."""
        ask(self.url, "PUT", f"/_paper/scenarios/{name}", scenario, self.certificate)

    def explain(self, request_id: str) -> dict[str, Any]:
        """Which rules a request met, and how it is put right."""
        return ask(self.url, "GET", f"/_paper/requests/{request_id}", None, self.certificate)

    def stop(self) -> None:
        """Stops the service, and complains unless it ends cleanly and in time."""
        self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise self._failure(f"did not stop within {STOP_SECONDS:g} seconds") from None
        if status != 0:
            raise self._failure("did not end cleanly")
        self._close()

    def _announcement(self) -> dict[str, Any]:
        """The line of JSON that the program prints once it is ready."""
        ready, _, _ = select.select([self._output], [], [], START_SECONDS)
        line = self._output.readline() if ready else b""
        try:
            return json.loads(line)
        except ValueError:
            raise self._failure("did not announce its address") from None

    def _failure(self, problem: str) -> RuntimeError:
        """Ends the process for good; the error tells the problem and what the process logged."""
        try:
            end = f"exit status {self._process.wait(1)}"
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            end = "killed"
        self._log.seek(0)
        log = self._log.read().decode(errors="replace")
        self._close()
        return RuntimeError(f"papercloud {problem} ({end}); its log:\n{log}")

    def _close(self) -> None:
        self._output.close()
        self._log.close()


@dataclass(frozen=True)
class World:
    """A project of a running service: its clock, its faults, and what was asked of it."""

    url: str
    project_id: str
    certificate: str | None = None

    # Time

    def freeze(self) -> None:
        """Stops the project's clock."""
        self._post("clock/freeze")

    def resume(self, scale: float = 1) -> None:
        """Lets the clock run, `scale` times as fast as real time."""
        self._post("clock/resume", {"scale": scale})

    def advance(self, seconds: float) -> list[dict[str, Any]]:
        """Moves the clock forward. What became due by that."""
        return self._post("clock/advance", {"seconds": seconds})["due"]

    def advance_to_next_event(self) -> list[dict[str, Any]]:
        """Moves the clock to the next moment at which anything comes to another status."""
        return self._post("clock/advance", {"to": "next-event"})["due"]

    def auto_advance(self, enabled: bool = True) -> None:
        """Lets each look at something unfinished move the clock to the next event."""
        self._post("clock/auto-advance", {"enabled": enabled})

    def now(self) -> str:
        """What the clock shows."""
        return self._ask("GET", "clock")["now"]

    # Jobs

    def fail_next(self, operation: str, *, percent: int = 100, reason: str | None = None) -> str:
        """Lets what the next call of an operation starts fail. The name of the rule."""
        effect = {"job": "fail", "percent": percent}
        return self.fault(operation, first=1, **effect, **({"reason": reason} if reason else {}))

    def finish(self, job_id: str) -> None:
        """Lets a job, or what is named by the ID of what it works on, end well now."""
        self._post(f"jobs/{job_id}/finish")

    def fail(self, job_id: str, **failure: Any) -> None:
        """Lets it fail: now, or at a `percent` or `stage`, with a `reason`."""
        self._post(f"jobs/{job_id}/fail", failure)

    def hold(self, job_id: str) -> None:
        """Lets it stand still until it is released."""
        self._post(f"jobs/{job_id}/hold")

    def release(self, job_id: str) -> None:
        """Lets it go on from where it stands still."""
        self._post(f"jobs/{job_id}/release")

    # Faults

    def fault(self, operation: str | None = None, **settings: Any) -> str:
        """Arms a rule. Its name.

        Selectors (`first`, `nth`, `every`, `probability`), `match`, `while_` and `phase` belong to
        the rule, everything else to its effect::

            world.fault("CreateDbCacheMapping", first=2, status=503)
            world.fault("ListJobs", throttle=5)
            world.fault("CreateDbCacheMapping", first=1, reset=True, phase="after")
        """
        rule: dict[str, Any] = {"operation": operation} if operation else {}
        for name in ("id", "service", "first", "nth", "every", "probability", "match", "phase"):
            if name in settings:
                rule[name] = settings.pop(name)
        if "while_" in settings:
            rule["while"] = settings.pop("while_")
        return self._post("faults", rule | {"effect": settings})["id"]

    def hits(self, rule: str) -> int:
        """How many requests a rule has hit."""
        return self._ask("GET", f"faults/{rule}")["hits"]

    def disarm(self, rule: str) -> None:
        """Takes a rule back."""
        self._ask("DELETE", f"faults/{rule}")

    def choose_scenario(self, name: str) -> None:
        """Lets a named scenario hold for every request of the project."""
        self._ask("PUT", "scenario", {"name": name})

    # What was asked

    def requests(self, **filters: Any) -> list[dict[str, Any]]:
        """The requests of the project, the oldest first; `operation=`, `status=` and so on choose."""
        return self._ask("GET", "requests?" + urllib.parse.urlencode(filters))["requests"]

    def verify(self, *checks: dict[str, Any], **check: Any) -> None:
        """Holds checks against the journal, and fails with what came nearest::

        world.verify(operation="CreateDbCacheMapping", match={"source_instance_id": "x"}, exactly=1)
        """
        answer = self._post("requests/verify", {"checks": [*checks, *([check] if check else [])]})
        failed = [check for check in answer["checks"] if not check["passed"]]
        assert not failed, json.dumps(failed, indent=2)

    def report(self) -> dict[str, Any]:
        """What was left behind, and what a careful client would have done otherwise."""
        return self._ask("GET", "report")

    def assert_clean(self) -> None:
        """Fails if the report has anything to say."""
        report = self.report()
        assert report["clean"], json.dumps(report, indent=2)

    # The world as a whole

    def label(self, label: str) -> None:
        """Calls the project like its test, for reports."""
        self._ask("PUT", "label", {"label": label[:256]})

    def export(self) -> dict[str, Any]:
        """Everything that decides future answers; the same program reads it back."""
        return self._ask("GET")

    def restore(self, exported: dict[str, Any]) -> None:
        """Replaces the project's world by one that was exported."""
        self._ask("PUT", "", exported)

    def reset(self) -> None:
        """Forgets everything about the project."""
        self._ask("DELETE")

    def _post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._ask("POST", path, body or {})

    def _ask(self, method: str, path: str = "", body: dict[str, Any] | None = None) -> Any:
        below = f"/{path}" if path else ""
        path = f"/_paper/worlds/{self.project_id}{below}"
        return ask(self.url, method, path, body, self.certificate)


def ask(
    url: str,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    certificate: str | None = None,
) -> Any:
    """Makes a call of the control API. A refusal raises with its reason.

    With TLS, the certificate in PEM is trusted, and nothing else is.
    """
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, method=method)
    if token := os.environ.get("PAPERCLOUD_CONTROL_TOKEN"):
        request.add_header("X-Paper-Token", token)
    # The service is on this machine, whatever proxies the environment names.
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if certificate:
        trusting = ssl.create_default_context(cadata=certificate)
        handlers.append(urllib.request.HTTPSHandler(context=trusting))
    opener = urllib.request.build_opener(*handlers)
    try:
        with opener.open(request, timeout=ANSWER_SECONDS) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        said = error.read().decode(errors="replace")
        raise RuntimeError(f"{method} {path} answered {error.code}: {said}") from None
    return json.loads(text) if text else None


def find_binary() -> Path:
    """The program to run."""
    if named := os.environ.get("PAPERCLOUD_BINARY"):
        candidates = [Path(named)]
    else:
        target = Path(__file__).resolve().parents[3] / "target"
        candidates = [target / "release" / "papercloud", target / "debug" / "papercloud"]
        if installed := shutil.which("papercloud"):
            candidates.append(Path(installed))
    for candidate in candidates:
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate
    looked_for = " or ".join(map(str, candidates))
    raise FileNotFoundError(
        f"there is no program {looked_for}: run `cargo build --release`, or let PAPERCLOUD_BINARY "
        "name a papercloud binary"
    )


try:
    import pytest
except ImportError:  # the rest is of use without it
    pass
else:

    @pytest.fixture(scope="session")
    def papercloud_flags() -> tuple[str, ...]:
        """Further flags of the program; override it to give some."""
        return ()

    @pytest.fixture(scope="session")
    def papercloud(papercloud_flags: tuple[str, ...]) -> Iterator[Papercloud]:
        """One service for all tests; their projects keep them apart."""
        with pytest.MonkeyPatch.context() as environment:
            # SDKs would send requests to this machine through a proxy, where one is set.
            environment.setenv("no_proxy", "127.0.0.1")
            with Papercloud(*papercloud_flags) as service:
                yield service

    @pytest.fixture
    def world(papercloud: Papercloud, request: pytest.FixtureRequest) -> World:
        """The test's project: new, the same in every run, and with a clock that stands still."""
        return papercloud.world_of(request.node.nodeid)
