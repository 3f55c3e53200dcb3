"""What every test here starts from: one running service, and a project of its own.

From the root of the repository::

    cargo build --release
    python3 -m venv .venv
    .venv/bin/pip install -r tests/clients/python/requirements.txt
    .venv/bin/python -m pytest tests/clients/python

The tests with openstacksdk also want what requirements-openstack.txt names, in the same
environment; without it they are skipped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from calls import Clients
from papercloud import Papercloud, World


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was skipped and why, though nobody asks for it."""
    for skipped in terminalreporter.stats.get("skipped", []):
        reason = skipped.longrepr[2] if isinstance(skipped.longrepr, tuple) else skipped.longrepr
        terminalreporter.write_line(f"{skipped.nodeid}: {reason}", yellow=True)


@pytest.fixture(scope="session")
def papercloud() -> Iterator[Papercloud]:
    """One service for all tests; their projects keep them apart."""
    with running() as service:
        yield service


@pytest.fixture(scope="session")
def verifying() -> Iterator[Papercloud]:
    """The same, but with credentials that have to hold.

    What is signed must be signed within 15 minutes of the clock of its project, and the SDKs sign
    with real time. So a clock that was frozen may be advanced, but not by more than that.
    """
    with running("--auth", "verify") as service:
        yield service


@pytest.fixture
def world(papercloud: Papercloud, request: pytest.FixtureRequest) -> World:
    """The test's project: new, the same in every run, and with a clock that stands still."""
    return frozen_world(papercloud, request.node.nodeid)


@pytest.fixture
def other_world(papercloud: Papercloud, request: pytest.FixtureRequest) -> World:
    """A second project for the same test."""
    return frozen_world(papercloud, f"{request.node.nodeid}, another project")


@pytest.fixture
def clients(papercloud: Papercloud, world: World) -> Clients:
    """Clients of the test's project."""
    return Clients.connect(papercloud.url, world.project_id)


@pytest.fixture
def strangers(papercloud: Papercloud, other_world: World) -> Clients:
    """Clients of the other project."""
    return Clients.connect(papercloud.url, other_world.project_id)


@contextmanager
def running(*flags: str) -> Iterator[Papercloud]:
    """A service whose jobs take two seconds."""
    with pytest.MonkeyPatch.context() as environment:
        # The SDKs would send requests to this machine through a proxy, where one is set.
        environment.setenv("no_proxy", "127.0.0.1")
        with Papercloud("--job-seconds", "2", *flags) as service:
            yield service


def frozen_world(papercloud: Papercloud, name: str) -> World:
    """A project whose ID follows from a name: 32 hexadecimal digits, as real ones have."""
    project_id = hashlib.sha256(name.encode()).hexdigest()[:32]
    world = papercloud.world(project_id)
    world.freeze()
    return world
