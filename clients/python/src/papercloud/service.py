"""A running Papercloud, whoever has started it."""

from __future__ import annotations

import hashlib
import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import TypeVar
from urllib.parse import quote, urlencode, urlsplit

from .errors import Refused, ServiceFailed
from .objects import Json, objects
from .proxies import without_proxy
from .world import World

__tracebackhide__ = True

ANSWER_SECONDS = 30.0
# How many worlds are asked for at once.
PAGE = 1000

SomeService = TypeVar("SomeService", bound="Service")


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
        session: str = "",
    ) -> None:
        # Where programs send their requests to.
        self.url = url.rstrip("/")
        # Where tests control it from.
        self.control_url = (control_url or url).rstrip("/")
        # What to trust with TLS, in PEM; nothing else is trusted then.
        self.certificate = certificate
        # A port for each service besides, with --service-ports.
        self.service_ports: dict[str, int] = {}
        # Keeps the worlds of this session's tests apart from those of others on the same service.
        self.session = session
        # The worlds that go when this session does; none, unless that is asked for.
        self._passing: list[World] | None = None
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

        Its ID has 32 hexadecimal digits, as real ones have. It follows from the session and the
        test's name: on a service of one's own it is the same in every run.
        """
        named = f"{self.session}\n{test}" if self.session else test
        world = World(self, hashlib.sha256(named.encode()).hexdigest()[:32], test)
        world.reset()
        if self._passing is not None:
            self._passing.append(world)
        return world

    def forget_worlds_at_exit(self) -> None:
        """Deletes the worlds of this session's tests at the end of `with`: no later one has them."""
        self._passing = []
        self._at_exit.callback(self._forget_worlds)

    def _forget_worlds(self) -> None:
        for world in self._passing or ():
            self.ask("DELETE", "worlds", world.project_id)

    def worlds(self) -> list[Json]:
        """The worlds that there are, at a glance."""
        worlds: list[Json] = []
        query = {"limit": str(PAGE)}
        while True:
            page = objects(self.ask("GET", "worlds", query=query), "worlds")
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
        return objects(self.ask("GET", "scenarios"), "scenarios")

    # What it knows

    def explain(self, request_id: str) -> Json:
        """Which rules a request met, and how it is put right. Answers name it as X-Request-Id."""
        return self.ask("GET", "requests", request_id)

    def report(self) -> Json:
        """The reports on all worlds that there is something to say about."""
        return self.ask("GET", "report")

    def coverage(self) -> Json:
        """Which documented answers the requests of all projects have seen, and what provokes the rest."""
        return self.ask("GET", "coverage")

    def catalogue(self) -> list[Json]:
        """Every documented answer of every operation, and what provokes it."""
        return objects(self.ask("GET", "catalogue"), "answers")

    def rules(self) -> list[Json]:
        """Every rule that requests are held to, with its document."""
        return objects(self.ask("GET", "rules"), "rules")

    def save(self) -> Json:
        """Saves all worlds now, if it was started with a file to save them in."""
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


def _refusal(call: str, error: urllib.error.HTTPError) -> Refused:
    with error:
        text = error.read().decode(errors="replace")
    try:
        said = json.loads(text)
        return Refused(call, error.code, str(said["error_code"]), str(said["error_msg"]))
    except (ValueError, KeyError, TypeError):
        return Refused(call, error.code, "", text[:1000])
