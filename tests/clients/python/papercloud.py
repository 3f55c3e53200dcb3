"""Runs a Papercloud for tests written in Python. The standard library is all it needs."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

START_SECONDS = 10.0
STOP_SECONDS = 10.0


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
        self.url: str = self._announcement()["url"]

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
        return World(self.url, project_id)

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
    """A project of a running service, with a clock of its own."""

    url: str
    project_id: str

    def freeze(self) -> None:
        """Stops the project's clock."""
        self._turn_clock("freeze", {})

    def advance(self, seconds: float) -> None:
        """Moves the project's clock forward."""
        self._turn_clock("advance", {"seconds": seconds})

    def _turn_clock(self, verb: str, body: dict[str, Any]) -> None:
        url = f"{self.url}/_paper/worlds/{self.project_id}/clock/{verb}"
        request = urllib.request.Request(url, json.dumps(body).encode(), method="POST")
        # The service is on this machine, whatever proxies the environment names.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            opener.open(request, timeout=STOP_SECONDS).close()
        except urllib.error.HTTPError as error:
            answer = error.read().decode(errors="replace")
            raise RuntimeError(f"{url} answered {error.code}: {answer}") from None


def find_binary() -> Path:
    """The program: the one that PAPERCLOUD_BINARY names, or else the one that cargo built."""
    if named := os.environ.get("PAPERCLOUD_BINARY"):
        candidates = [Path(named)]
    else:
        target = Path(__file__).resolve().parents[3] / "target"
        candidates = [target / "release" / "papercloud", target / "debug" / "papercloud"]
    for candidate in candidates:
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate
    looked_for = " or ".join(map(str, candidates))
    raise FileNotFoundError(
        f"there is no program {looked_for}: run `cargo build --release`, or let PAPERCLOUD_BINARY "
        "name a papercloud binary"
    )
