"""Papercloud for tests written in Python: a file to copy, which needs Python 3.9 and nothing else.

With pytest, import the two fixtures in the `conftest.py` beside this file, and take a project for
each test::

    from papercloud import papercloud, world  # noqa: F401

    def test_that_my_program_waits(world):
        world.fail_next("CreateDbCacheMapping", reason="disk full")
        my_program(endpoint=world.url, project_id=world.project_id)
        world.verify(operation="CreateDbCacheMapping", exactly=1)

A fixture of your own gives the service further flags::

    @pytest.fixture(scope="session")
    def papercloud_flags():
        return ("--job-seconds", "600")

The program is the one that PAPERCLOUD_BINARY names, the one that cargo built last in the checkout
of Papercloud that this file is in, or the first `papercloud` in PATH. It listens on a free port and
stops with the process that started it, however that ends. With pytest-xdist each worker has one.

Where PAPERCLOUD_URL names a service that runs already, such as a service container of CI, the
fixtures use that one: they neither start nor stop anything. PAPERCLOUD_CONTROL_URL,
PAPERCLOUD_CONTROL_TOKEN and PAPERCLOUD_TLS_CERTIFICATE (a file) belong to one that was started with
--control-port, --control-token or --tls.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 9):
    raise ImportError("papercloud.py needs Python 3.9 or later")

import hashlib
import http.client
import json
import os
import re
import selectors
import shutil
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeVar, Union
from urllib.parse import quote, urlencode, urlsplit

START_SECONDS = 10.0
STOP_SECONDS = 10.0
ANSWER_SECONDS = 30.0
# How many worlds or requests are asked for at once.
PAGE = 1000

# Where a test fails, pytest shows the test's line, and not this file's.
__tracebackhide__ = True

Json = dict[str, Any]
Instant = Union[datetime, str]
SomeService = TypeVar("SomeService", bound="Service")


class ServiceFailed(RuntimeError):
    """A service cannot be started or reached, or has not ended as it should."""


class Refused(RuntimeError):
    """A control call that is refused. Nothing of it was done."""

    def __init__(self, call: str, status: int, error_code: str, reason: str) -> None:
        super().__init__(call, status, error_code, reason)
        self.call = call
        self.status = status
        self.error_code = error_code
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.reason} ({self.call} answered {self.status} {self.error_code})"


class JournalIncomplete(RuntimeError):
    """Requests were dropped from a journal, so nobody can tell which there were."""


class Service:
    """A running Papercloud, whoever has started it.

    Within `with`, programs reach it directly, though the environment may name a proxy.
    """

    def __init__(
        self,
        url: str,
        *,
        control_url: str | None = None,
        token: str | None = None,
        certificate: str | None = None,
    ) -> None:
        # Where programs send their requests to.
        self.url = url.rstrip("/")
        # Where tests control it from.
        self.control_url = (control_url or url).rstrip("/")
        # What to trust with TLS, in PEM; nothing else is trusted then.
        self.certificate = certificate
        # A port for each service besides, with --service-ports.
        self.service_ports: dict[str, int] = {}
        for address in (self.url, self.control_url):
            if not address.startswith(("http://", "https://")):
                raise ServiceFailed(f"a URL must begin with http:// or https://, got {address!r}")
        self._token = token
        # Control calls go to the service itself, whatever proxies the environment names.
        handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
        if certificate:
            trusting = ssl.create_default_context(cadata=certificate)
            handlers.append(urllib.request.HTTPSHandler(context=trusting))
        self._opener = urllib.request.build_opener(*handlers)
        self._at_exit = ExitStack()

    def __enter__(self: SomeService) -> SomeService:
        self._at_exit.enter_context(without_proxy(urlsplit(self.url).hostname or ""))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._at_exit.close()

    # Worlds

    def world(self, project_id: str) -> World:
        """Everything that belongs to a project."""
        return World(self, project_id)

    def world_of(self, test: str) -> World:
        """The project of a test: new, called like the test, and with a clock that stands still.

        Its ID follows from the test's name, so it is the same in every run. It has 32 hexadecimal
        digits, as real ones have.
        """
        world = World(self, hashlib.sha256(test.encode()).hexdigest()[:32], test)
        world.reset()
        return world

    def worlds(self) -> list[Json]:
        """The worlds that there are, at a glance."""
        worlds: list[Json] = []
        query = {"limit": str(PAGE)}
        while True:
            page = _objects(self.ask("GET", "worlds", query=query), "worlds")
            worlds += page
            if len(page) < PAGE:
                return worlds
            query["marker"] = page[-1]["project_id"]

    # Scenarios: named sets of clock, job and fault settings, for any project to choose

    def define_scenario(self, name: str, scenario: Json) -> None:
        """Defines a scenario, in the place of one with the same name.

        It may have `description`, `clock` ({"frozen": true}, {"scale": 60},
        {"auto_advance": true}), `job_seconds`, and `faults`, which are rules as JSON.
        """
        self.ask("PUT", "scenarios", name, body=scenario)

    def forget_scenario(self, name: str) -> None:
        """Forgets a scenario. Projects that are in it stay there."""
        self.ask("DELETE", "scenarios", name)

    def scenarios(self) -> list[Json]:
        """The scenarios that there are."""
        return _objects(self.ask("GET", "scenarios"), "scenarios")

    # What it knows

    def explain(self, request_id: str) -> Json:
        """Which rules a request met, and how it is put right. Answers name it as X-Request-Id."""
        return self.ask("GET", "requests", request_id)

    def report(self) -> Json:
        """The reports on all worlds that there is something to say about."""
        return self.ask("GET", "report")

    def catalogue(self) -> list[Json]:
        """Every documented answer of every operation, and what provokes it."""
        return _objects(self.ask("GET", "catalogue"), "answers")

    def rules(self) -> list[Json]:
        """Every rule that requests are held to, with its document."""
        return _objects(self.ask("GET", "rules"), "rules")

    def save(self) -> Json:
        """Saves all worlds now, if it was started with --world and --save."""
        return self.ask("POST", "save", body={})

    def ask(
        self,
        method: str,
        *path: str,
        body: Json | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Json:
        """Makes a control call: the segments of a path below /_paper, not quoted yet."""
        target = "/".join(["/_paper", *(quote(segment, safe="") for segment in path)])
        if query:
            target += "?" + urlencode(query)
        request = urllib.request.Request(self.control_url + target, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if self._token:
            request.add_header("X-Paper-Token", self._token)
        try:
            with self._opener.open(request, timeout=ANSWER_SECONDS) as answer:
                text = answer.read()
            said: Json = json.loads(text) if text else {}
            return said
        except urllib.error.HTTPError as error:
            refusal = _refusal(f"{method} {target}", error)
        except (OSError, http.client.HTTPException, ValueError) as error:
            problem = f"no Papercloud answers {method} {request.full_url}: {error}"
            raise ServiceFailed(problem) from None
        raise refusal


class Papercloud(Service):
    """A service of one's own, on a free port. The arguments are further flags of the program::

        with Papercloud("--job-seconds", "2") as papercloud:
            world = papercloud.world("054e292c9880d4992f02c0196d3ea468")
            world.freeze()
            ...
            world.advance(2)

    It stops at the end of `with`, by `stop`, or with this process.
    """

    def __init__(self, *flags: str) -> None:
        self._program = program = find_binary()
        command = [str(program), "--port", "0", "--announce", "json", "--stop-with-stdin", *flags]
        # Settings meant for another Papercloud must not change this one.
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PAPERCLOUD_")
        }
        self._log = tempfile.TemporaryFile()
        try:
            # Standard input is the pipe that it stops with: nobody else holds the other end.
            self._process = subprocess.Popen(
                command,
                bufsize=0,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
            )
        except OSError as error:
            self._log.close()
            why = "it is a directory" if program.is_dir() else error.strerror
            raise ServiceFailed(f"{program} cannot be started: {why}") from None
        self._stopped = False
        announced = self._announcement()
        url, port = announced["url"], announced.get("control_port")
        super().__init__(
            url,
            control_url=f"{url.rpartition(':')[0]}:{port}" if port else None,
            token=_value_of("--control-token", flags),
            certificate=announced.get("certificate"),
        )
        self.service_ports = announced.get("service_ports", {})
        self._at_exit.callback(self.stop)

    def stop(self) -> None:
        """Stops the service, and complains unless it ends cleanly and in time."""
        if self._stopped:
            return
        self._end_input()
        try:
            status = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise self._failure(f"did not stop within {STOP_SECONDS:g} seconds") from None
        if status != 0:
            raise self._failure("did not end cleanly")
        self._close()

    def _announcement(self) -> Json:
        """The line of JSON that the program prints once it is ready."""
        deadline, line = time.monotonic() + START_SECONDS, b""
        output = self._process.stdout
        assert output is not None
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                left = deadline - time.monotonic()
                part = output.read(1 << 16) if left > 0 and selector.select(left) else b""
                if not part:
                    break
                line += part
        try:
            announced: Json = json.loads(line)
            # Whatever prints something else is another program.
            str(announced["url"])
            return announced
        except (ValueError, KeyError, TypeError):
            shown = line[:200].decode(errors="replace")
            raise self._failure(f"did not announce its address, but {shown!r}") from None

    def _failure(self, problem: str) -> ServiceFailed:
        """Ends the process for good; the error tells the problem and what the process logged."""
        self._end_input()
        try:
            end = f"exit status {self._process.wait(1)}"
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            end = "killed"
        self._log.seek(0)
        log = self._log.read().decode(errors="replace")
        self._close()
        return ServiceFailed(f"{self._program} {problem} ({end}); its log:\n{log}")

    def _end_input(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()

    def _close(self) -> None:
        self._stopped = True
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.close()


class World:
    """A project of a running service: its clock, its faults, and what was asked of it.

    `World("http://127.0.0.1:8080", project_id)` is one of a service without token and TLS.
    """

    def __init__(self, service: Service | str, project_id: str, test: str | None = None) -> None:
        self.service = Service(service) if isinstance(service, str) else service
        self.project_id = project_id
        # The test that it belongs to, if it is one's own: then it always begins frozen.
        self.test = test

    def __repr__(self) -> str:
        return f"World({self.url!r}, {self.project_id!r})"

    @property
    def url(self) -> str:
        """The endpoint for programs."""
        return self.service.url

    # Time

    def clock(self) -> Json:
        """The clock: `mode`, `now`, `scale`, `auto_advance`, and `next_event` if there is one."""
        return self._ask("GET", "clock")

    def now(self) -> str:
        """What the clock shows, such as 2026-01-01T00:00:00.000Z."""
        return str(self.clock()["now"])

    def freeze(self, at: Instant | None = None) -> list[Json]:
        """Stops the clock, now or at a later time. What became due by that."""
        return self._turn("freeze", {} if at is None else {"at": _text(at)})

    def resume(self, scale: float = 1) -> None:
        """Lets the clock run, `scale` times as fast as real time."""
        self._ask("POST", "clock", "resume", body={"scale": scale})

    def advance(self, by: float | timedelta) -> list[Json]:
        """Moves the clock forward, by seconds or a duration. What became due by that."""
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        return self._turn("advance", {"seconds": seconds})

    def advance_to(self, instant: Instant) -> list[Json]:
        """Moves the clock forward to an instant. What became due by that."""
        return self._turn("advance", {"to": _text(instant)})

    def advance_to_next_event(self) -> list[Json]:
        """Moves the clock to the next moment at which anything comes to another status."""
        return self._turn("advance", {"to": "next-event"})

    def auto_advance(self, enabled: bool = True) -> None:
        """Lets each look at something unfinished move the clock to the next event."""
        self._ask("POST", "clock", "auto-advance", body={"enabled": enabled})

    # Jobs, by their own IDs or those of what they work on

    def jobs(self) -> list[Json]:
        """Everything that is under way, in the order of the next event."""
        return _objects(self._ask("GET", "jobs"), "jobs")

    def job(self, job_id: str) -> Json:
        """A job that is under way: how far it has come, and how it is planned to end."""
        return self._ask("GET", "jobs", job_id)

    def finish(self, job_id: str) -> None:
        """Lets it end well now."""
        self._ask("POST", "jobs", job_id, "finish", body={})

    def fail(
        self,
        job_id: str,
        *,
        percent: int | None = None,
        stage: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Lets it fail: now, when it has come to a `percent`, or when a `stage` begins."""
        failure = _given(percent=percent, stage=stage, reason=reason)
        self._ask("POST", "jobs", job_id, "fail", body=failure)

    def hold(self, job_id: str) -> None:
        """Lets it stand still until it is released."""
        self._ask("POST", "jobs", job_id, "hold", body={})

    def release(self, job_id: str) -> None:
        """Lets it go on from where it stands still."""
        self._ask("POST", "jobs", job_id, "release", body={})

    def fail_next(self, operation: str, *, percent: int = 100, reason: str | None = None) -> str:
        """Lets what the next call of an operation starts fail. The name of the rule."""
        return self.fault(operation, first=1, job="fail", percent=percent, reason=reason)

    # Faults

    def fault(
        self,
        operation: str | None = None,
        *,
        id: str | None = None,
        service: str | None = None,
        match: Mapping[str, Any] | None = None,
        first: int | None = None,
        nth: int | None = None,
        every: int | None = None,
        probability: float | None = None,
        while_: Mapping[str, str] | None = None,
        phase: Literal["before", "after"] | None = None,
        status: int | None = None,
        body: Any = ...,
        error: str | None = None,
        error_code: str | None = None,
        message: str | None = None,
        throttle: int | None = None,
        latency_ms: float | Mapping[str, float] | None = None,
        reset: bool = False,
        truncate: bool = False,
        malformed: bool = False,
        slow_body: int | None = None,
        job: Literal["fail", "hold", "succeed"] | None = None,
        percent: int | None = None,
        stage: str | None = None,
        reason: str | None = None,
        seconds: float | None = None,
    ) -> str:
        """Arms a rule: which requests, and what happens to them. Its name, which `id` may give::

            world.fault("CreateDbCacheMapping", first=2, status=503)
            world.fault("ListJobs", throttle=5)
            world.fault("CreateDbCacheMapping", first=1, reset=True, phase="after")

        Which: those of an operation or `service`, with the values of parameters in `match`,
        `while_` a job is in a status ({"operation": "CreateDbCacheMapping", "status": "Running"});
        of these the `first` few, the `nth`, `every` nth, or each with a `probability`.

        What, `latency_ms` beside another or alone, and one of the others:

        - status=503, with `body` or `message`: this answer
        - error="WrongState" or error_code="DBS.200011", with `message`: a documented error
        - throttle=5, with `message`: 429, to come back after 5 seconds
        - latency_ms=200, {"from": 100, "to": 300} or {"median": 50, "p99": 400}: a delay
        - reset, truncate, malformed: a connection that is reset, an answer that breaks off or is no
          JSON; slow_body=2000: one that takes 2,000 milliseconds
        - job="fail", with `percent` or `stage`, and `reason`: what the request starts fails;
          job="hold", with `percent` or `stage`: it stands still; job="succeed": it ends well;
          each with `seconds`, which it takes

        When: in `phase` "before" the operation, or "after" it, when the change is made and its
        answer is lost.
        """
        which = _given(
            id=id,
            service=service,
            operation=operation,
            match=match,
            first=first,
            nth=nth,
            every=every,
            probability=probability,
            phase=phase,
            **{"while": while_},
        )
        effect = _given(
            status=status,
            error=error,
            error_code=error_code,
            message=message,
            throttle=throttle,
            latency_ms=latency_ms,
            reset=reset or None,
            truncate=truncate or None,
            malformed=malformed or None,
            slow_body=slow_body,
            job=job,
            percent=percent,
            stage=stage,
            reason=reason,
            seconds=seconds,
        )
        # Null is a body too.
        if body is not ...:
            effect["body"] = body
        return str(self._ask("POST", "faults", body={**which, "effect": effect})["id"])

    def faults(self) -> list[Json]:
        """The rules that are armed, in the order in which they are asked, with their `hits`."""
        return _objects(self._ask("GET", "faults"), "faults")

    def hits(self, rule: str) -> int:
        """How many requests a rule has hit."""
        return int(self._ask("GET", "faults", rule)["hits"])

    def disarm(self, rule: str) -> None:
        """Takes a rule back."""
        self._ask("DELETE", "faults", rule)

    def disarm_all(self) -> None:
        """Takes all rules back."""
        self._ask("DELETE", "faults")

    # Scenarios

    def choose_scenario(self, name: str) -> None:
        """Lets a named scenario hold for every request of the project."""
        self._ask("PUT", "scenario", body={"name": name})

    def leave_scenario(self) -> None:
        """Lets none hold any more. Its rules are disarmed; the clock stays as it is."""
        self._ask("DELETE", "scenario")

    def scenario(self) -> str | None:
        """The scenario that was chosen."""
        name: str | None = self._ask("GET", "scenario")["name"]
        return name

    # What was asked

    def requests(
        self,
        *,
        operation: str | None = None,
        service: str | None = None,
        method: str | None = None,
        status: int | None = None,
        committed: bool | None = None,
        fault: str | None = None,
        match: Mapping[str, Any] | None = None,
        since: str | None = None,
        limit: int | None = None,
        exact: bool = True,
    ) -> list[Json]:
        """The requests of the project that everything given is true of, the oldest first.

        `status` is that of the answer; `committed` are the writes that were carried out; `fault` is
        the rule that made a request go wrong; `match` has values by their paths, such as
        {"source_instance.id": "x", "answer.body.job_id": "y", "headers.x-language": "zh-cn"}.

        `since` the one with this ID, and at most the last `limit`. Where the journal had to drop
        requests, that is an error, unless `exact` is False.
        """
        filters = _given(
            operation=operation,
            service=service,
            method=method,
            status=status,
            committed=committed,
            fault=fault,
            since=since,
        )
        filters.update({f"field.{path}": value for path, value in (match or {}).items()})
        query = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in filters.items()
        }
        shown = PAGE if limit is None else limit
        while True:
            answer = self._ask("GET", "requests", query={**query, "limit": str(shown)})
            if limit is not None or answer["count"] <= shown:
                break
            # More of them; and more may come meanwhile.
            shown = answer["count"]
        if exact and not answer["exact"]:
            raise JournalIncomplete(
                f"{answer['dropped']} requests were dropped from the journal of {self.project_id}; "
                "start the service with more --journal-bytes, or take what is left with exact=False"
            )
        return _objects(answer, "requests")

    def clear_requests(self) -> None:
        """Forgets the requests, also that any were dropped."""
        self._ask("DELETE", "requests")

    def near_misses(
        self,
        *,
        operation: str | None = None,
        service: str | None = None,
        method: str | None = None,
        status: int | None = None,
        committed: bool | None = None,
        fault: str | None = None,
        match: Mapping[str, Any] | None = None,
    ) -> list[Json]:
        """The requests that differ least from what is given, with their differences."""
        pattern = _given(
            operation=operation,
            service=service,
            method=method,
            status=status,
            committed=committed,
            fault=fault,
            match=match,
        )
        return _objects(
            self._ask("POST", "requests", "near-misses", body=pattern), "near_misses"
        )

    def verify(
        self,
        *checks: Json,
        name: str | None = None,
        operation: str | None = None,
        service: str | None = None,
        method: str | None = None,
        status: int | None = None,
        committed: bool | None = None,
        fault: str | None = None,
        match: Mapping[str, Any] | None = None,
        exactly: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
        never: bool = False,
        at_most_once_committed: bool = False,
        sequence: list[Json] | None = None,
    ) -> None:
        """Holds a check against the journal, and fails with what came nearest::

            world.verify(operation="CreateDbCacheMapping", match={"backup_id": "x"}, exactly=1)

        A check is about the requests that `requests` would choose. It counts them (`exactly`,
        `at_least`, which is 1 if nothing is said, `at_most`, `never`), finds writes that were
        carried out twice (`at_most_once_committed`), or orders (`sequence`, a list of such choices
        as JSON). `name` is what it is called. Several at once are dictionaries with these words.
        """
        check = _given(
            name=name,
            operation=operation,
            service=service,
            method=method,
            status=status,
            committed=committed,
            fault=fault,
            match=match,
            exactly=exactly,
            at_least=at_least,
            at_most=at_most,
            never=never or None,
            at_most_once_committed=at_most_once_committed or None,
            sequence=sequence,
        )
        body = {"checks": [*checks, *([check] if check else [])]}
        findings = self._ask("POST", "requests", "verify", body=body)["checks"]
        failed = [_finding(finding) for finding in findings if not finding["passed"]]
        if failed:
            raise AssertionError("\n".join(failed))

    def explain(self, request_id: str) -> Json:
        """Which rules a request met, and how it is put right. Answers name it as X-Request-Id."""
        return self.service.explain(request_id)

    def report(self) -> Json:
        """What was left behind, and what a careful client would have done otherwise."""
        return self._ask("GET", "report")

    def assert_clean(self) -> None:
        """Fails if the report has anything to say."""
        report = self.report()
        if not report["clean"]:
            raise AssertionError(_unclean(report))

    # The world as a whole

    def label(self, label: str | None) -> None:
        """Calls the project like its test, for reports."""
        self._ask("PUT", "label", body={"label": label and label[:256]})

    def export(self) -> Json:
        """Everything that decides future answers, for `restore`; the same program reads it back."""
        return self._ask("GET")

    def restore(self, exported: Json) -> None:
        """Puts what was exported in the place of the project's world: the HTTP API's import."""
        self._ask("PUT", body=exported)

    def reset(self) -> None:
        """Forgets everything about the project.

        The project of a test begins again as it began: with its label, and frozen. Any other has no
        label then, and a clock as the service gives it.
        """
        self._ask("DELETE")
        if self.test is not None:
            self.freeze()
            self.label(self.test)

    def _turn(self, how: str, body: Json) -> list[Json]:
        return _objects(self._ask("POST", "clock", how, body=body), "due")

    def _ask(
        self,
        method: str,
        *path: str,
        body: Json | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Json:
        return self.service.ask(method, "worlds", self.project_id, *path, body=body, query=query)


def attached() -> Service | None:
    """The service that PAPERCLOUD_URL names, if it does."""
    url = os.environ.get("PAPERCLOUD_URL")
    if not url:
        return None
    file = os.environ.get("PAPERCLOUD_TLS_CERTIFICATE")
    try:
        certificate = Path(file).read_text() if file else None
    except OSError as error:
        raise ServiceFailed(f"PAPERCLOUD_TLS_CERTIFICATE: {file}: {error.strerror}") from None
    service = Service(
        url,
        control_url=os.environ.get("PAPERCLOUD_CONTROL_URL"),
        token=os.environ.get("PAPERCLOUD_CONTROL_TOKEN"),
        certificate=certificate,
    )
    service.ask("GET", "ready")
    return service


def find_binary() -> Path:
    """The program to start."""
    if named := os.environ.get("PAPERCLOUD_BINARY"):
        return Path(named).absolute()
    target = _target()
    builds = [target / profile / "papercloud" for profile in ("release", "debug")] if target else []
    built = [build for build in builds if build.is_file() and os.access(build, os.X_OK)]
    if built:
        return max(built, key=lambda build: build.stat().st_mtime)
    if installed := shutil.which("papercloud"):
        return Path(installed)
    raise ServiceFailed(
        "there is no papercloud in PATH"
        + (f", and none that was built in {target}" if target else "")
        + ": let PAPERCLOUD_BINARY name the program, or PAPERCLOUD_URL a service that runs"
    )


def _target() -> Path | None:
    """Where cargo builds in the checkout of Papercloud that this file is in, if it is in one."""
    for folder in Path(__file__).resolve().parents:
        manifest = folder / "Cargo.toml"
        if manifest.is_file() and re.search(
            r'^name = "papercloud"$', manifest.read_text(errors="replace"), re.MULTILINE
        ):
            return folder / os.environ.get("CARGO_TARGET_DIR", "target")
    return None


@contextmanager
def without_proxy(*hosts: str) -> Iterator[None]:
    """Lets this process, and what it starts, reach hosts without the environment's proxy."""
    names = ("no_proxy", "NO_PROXY")
    before = {name: os.environ.get(name) for name in names}
    listed = next(filter(None, before.values()), "").split(",")
    direct = [host.strip() for host in listed if host.strip()]
    # Alone, an asterisk means every host; in a list, most clients take it for nothing.
    if direct != ["*"]:
        direct += [host for host in hosts if host not in direct]
    for name in names:
        os.environ[name] = ",".join(direct)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _given(**values: Any) -> Json:
    return {name: value for name, value in values.items() if value is not None}


def _objects(answer: Json, name: str) -> list[Json]:
    objects: list[Json] = answer[name]
    return objects


def _text(instant: Instant) -> str:
    if isinstance(instant, str):
        return instant
    if instant.tzinfo is None:
        raise ValueError(f"an instant must have a time zone, got {instant!r}")
    return instant.astimezone(timezone.utc).isoformat()


def _value_of(flag: str, flags: tuple[str, ...]) -> str | None:
    """The value of a flag, as `--flag value` or `--flag=value`."""
    for at, word in enumerate(flags):
        if word == flag:
            return flags[at + 1] if at + 1 < len(flags) else None
        if word.startswith(f"{flag}="):
            return word[len(flag) + 1 :]
    return None


def _refusal(call: str, error: urllib.error.HTTPError) -> Refused:
    with error:
        text = error.read().decode(errors="replace")
    try:
        said = json.loads(text)
        return Refused(call, error.code, str(said["error_code"]), str(said["error_msg"]))
    except (ValueError, KeyError, TypeError):
        return Refused(call, error.code, "", text[:1000])


def _finding(finding: Json) -> str:
    """A check that failed: what was claimed and what was found, then what nearly was it."""
    name, claimed = finding["name"], finding["expected"]
    lines = [f"{claimed if name == claimed else f'{name}: {claimed}'}; {finding['reason']}"]
    for miss in finding["near_misses"]:
        lines.append(f"  near miss {miss['request_id']}:")
        for difference in miss["differences"]:
            expected, got = json.dumps(difference["expected"]), json.dumps(difference["got"])
            lines.append(f"    {difference['field']}: expected {expected}, got {got}")
    return "\n".join(lines)


def _unclean(report: Json) -> str:
    """A report in words: one line for each leak and each finding."""
    label = f" ({report['label']})" if report["label"] else ""
    lines = [f"world {report['project_id']}{label} is not clean"]
    leaks = report["leaks"]
    for kind, left in (
        ("started and never looked at", leaks["never_polled"]),
        ("unfinished", leaks["unfinished"]),
    ):
        for begun in left:
            words = [begun["operation"]]
            if "job_id" in begun:
                words.append(f"job {begun['job_id']} is {begun['job_status']}")
            if "resource_id" in begun:
                words.append(f"{begun['resource_id']} is {begun['resource_status']}")
            if "request_id" in begun:
                words.append(f"by request {begun['request_id']}")
            lines.append(f"- {kind}: {', '.join(words)}")
    lines += [f"- armed and never hit: {json.dumps(rule)}" for rule in leaks["faults_never_hit"]]
    for finding in report["findings"]:
        lines.append(f"- {finding['rule']}, {finding['count']} times: {finding['sentence']}")
        lines += [f"  by request {example['request_id']}" for example in finding["examples"]]
    if not report["exact"]:
        lines.append("- there was more than could be remembered")
    return "\n".join(lines)


try:
    import pytest
except ImportError:  # the rest is of use without it
    pass
else:

    def _flags(request: pytest.FixtureRequest) -> tuple[str, ...]:
        """What the fixture `papercloud_flags` gives, if there is one: several flags, or one."""
        try:
            flags = request.getfixturevalue("papercloud_flags")
            return (flags,) if isinstance(flags, str) else tuple(flags)
        except pytest.FixtureLookupError as error:
            if error.argname != "papercloud_flags":
                raise
            return ()

    @pytest.fixture(scope="session")
    def papercloud(request: pytest.FixtureRequest) -> Iterator[Service]:
        """One service for all tests; their projects keep them apart."""
        flags = _flags(request)
        service = attached()
        if service and flags:
            warnings.warn(
                "papercloud_flags is not looked at: PAPERCLOUD_URL names a service that runs",
                stacklevel=1,
            )
        with service or Papercloud(*flags) as running:
            yield running

    @pytest.fixture
    def world(papercloud: Service, request: pytest.FixtureRequest) -> World:
        """The test's project: new, the same in every run, and with a clock that stands still."""
        return papercloud.world_of(request.node.nodeid)
