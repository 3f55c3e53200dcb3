"""A service of one's own: the program, its start, and its end."""

from __future__ import annotations

import json
import os
import re
import selectors
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from .errors import ServiceFailed
from .objects import Json
from .service import Service
from .version import want_same_version

__tracebackhide__ = True

START_SECONDS = 10.0
STOP_SECONDS = 10.0


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
            want_same_version(announced)
            return announced
        except ServiceFailed as error:
            raise self._failure(str(error)) from None
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


def find_binary() -> Path:
    """The program to start: PAPERCLOUD_BINARY, the last build of this checkout, or that in PATH."""
    if named := os.environ.get("PAPERCLOUD_BINARY"):
        return Path(named).absolute()
    target = _target()
    builds = [target / profile / "papercloud" for profile in _PROFILES] if target else []
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


# The folders that Cargo builds in, by profile.
_PROFILES = ("debug", "quick", "release", "dist")


def _target() -> Path | None:
    """Where Cargo builds in the checkout of Papercloud that this process works in, if it does."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        manifest = folder / "Cargo.toml"
        if manifest.is_file() and re.search(
            r'^name = "papercloud"$', manifest.read_text(errors="replace"), re.MULTILINE
        ):
            return folder / os.environ.get("CARGO_TARGET_DIR", "target")
    return None


def _value_of(flag: str, flags: tuple[str, ...]) -> str | None:
    """The value of a flag, as `--flag value` or `--flag=value`."""
    for at, word in enumerate(flags):
        if word == flag:
            return flags[at + 1] if at + 1 < len(flags) else None
        if word.startswith(f"{flag}="):
            return word[len(flag) + 1 :]
    return None
