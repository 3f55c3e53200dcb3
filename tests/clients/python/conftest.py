"""What every test here starts from: one running service, and a project of its own.

From the root of the repository::

    cargo build --release
    python3 -m venv .venv
    .venv/bin/pip install -r tests/clients/python/requirements.txt ./clients/python
    .venv/bin/python -m pytest tests/clients/python

The tests with openstacksdk also want what requirements-openstack.txt names, in the same
environment; without it they are skipped.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from calls import Clients
from papercloud import Papercloud, World, without_proxy


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was skipped and why, though nobody asks for it."""
    for skipped in terminalreporter.stats.get("skipped", []):
        reason = skipped.longrepr[2] if isinstance(skipped.longrepr, tuple) else skipped.longrepr
        terminalreporter.write_line(f"{skipped.nodeid}: {reason}", yellow=True)


@pytest.fixture(scope="session")
def papercloud_flags() -> tuple[str, ...]:
    """Jobs take two seconds, whatever the default is."""
    return ("--job-seconds", "2")


@pytest.fixture(scope="session", autouse=True)
def direct_connections() -> Iterator[None]:
    """The SDKs would send requests to this machine through a proxy, where one is set."""
    with without_proxy("127.0.0.1", "localhost"):
        yield


@pytest.fixture(scope="session")
def verifying(papercloud_flags: tuple[str, ...]) -> Iterator[Papercloud]:
    """A second service, whose credentials have to hold.

    What is signed must be signed within 15 minutes of the clock of its project, and the SDKs sign
    with real time. So a clock that was frozen may be advanced, but not by more than that.
    """
    with Papercloud(*papercloud_flags, "--auth", "verify") as service:
        yield service


@pytest.fixture
def other_world(papercloud: Papercloud, request: pytest.FixtureRequest) -> World:
    """A second project for the same test."""
    return papercloud.world_of(f"{request.node.nodeid}, another project")


@pytest.fixture
def clients(papercloud: Papercloud, world: World) -> Clients:
    """Clients of the test's project."""
    return Clients.connect(papercloud.url, world.project_id)


@pytest.fixture
def strangers(papercloud: Papercloud, other_world: World) -> Clients:
    """Clients of the other project."""
    return Clients.connect(papercloud.url, other_world.project_id)
