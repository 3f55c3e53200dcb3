"""The pytest plugin: fixtures, and what a world looked like in the report of a test that failed."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from . import coverage
from .attach import attached
from .errors import ServiceFailed
from .objects import Json
from .program import Papercloud
from .service import Service
from .summary import summary
from .world import World

# What went wrong when the service was started or looked for: the tests after the first need not
# say it again.
_failed = pytest.StashKey[str]()
# What was seen of the documented answers, taken before the service stops.
_coverage = pytest.StashKey[Json]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which answers the run never saw, on demand."""
    parser.getgroup("papercloud").addoption(
        "--papercloud-coverage",
        metavar="PERCENT",
        nargs="?",
        type=float,
        const=0.0,
        help="show which documented answers no test has seen, each with the line that provokes it; "
        "fail if less than PERCENT was seen",
    )


@pytest.fixture(scope="session")
def papercloud_flags() -> tuple[str, ...]:
    """Further flags of the program, such as ("--job-seconds", "600"): override it in conftest.py."""
    return ()


@pytest.fixture(scope="session")
def papercloud(
    papercloud_flags: str | tuple[str, ...], pytestconfig: pytest.Config
) -> Iterator[Service]:
    """One service for all tests; their projects keep them apart."""
    flags = (papercloud_flags,) if isinstance(papercloud_flags, str) else tuple(papercloud_flags)
    try:
        service = attached()
        if service and flags:
            warnings.warn(
                "papercloud_flags is not looked at: PAPERCLOUD_URL names a service that runs",
                stacklevel=1,
            )
        service = service or Papercloud(*flags)
    except ServiceFailed as error:
        pytestconfig.stash[_failed] = str(error)
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    with service as running:
        yield running
        if pytestconfig.getoption("--papercloud-coverage") is not None:
            pytestconfig.stash[_coverage] = running.coverage()


@pytest.fixture
def world(papercloud: Service, request: pytest.FixtureRequest) -> World:
    """The test's project: new, called like the test, and with a clock that stands still."""
    return papercloud.world_of(request.node.nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Says once that there is no service, and not in every test that wants one."""
    if _failed in item.config.stash and "papercloud" in getattr(item, "fixturenames", ()):
        pytest.skip("there is no Papercloud, as an earlier test's error says")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A run without the service has failed, even if the one test that said so was run again.

    So has one that saw too few of the documented answers.
    """
    stash = session.config.stash
    least = session.config.getoption("--papercloud-coverage")
    too_little = _coverage in stash and stash[_coverage]["percent"] < least
    if (_failed in stash or too_little) and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What no test has seen, if that was asked for."""
    config = terminalreporter.config
    if _coverage in config.stash:
        seen, least = config.stash[_coverage], config.getoption("--papercloud-coverage")
        terminalreporter.section("papercloud coverage")
        for line in coverage.lines(seen):
            terminalreporter.write_line(line)
        if seen["percent"] < least:
            said = f"less was seen than --papercloud-coverage={least:g} wants"
            terminalreporter.write_line(said, red=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Adds a section "papercloud" to the report of a test that failed."""
    outcome = yield
    report: pytest.TestReport = outcome.get_result()
    if report.when == "call" and report.failed:
        fixtures: dict[str, Any] = getattr(item, "funcargs", {})
        worlds = {it.project_id: it for it in fixtures.values() if isinstance(it, World)}
        if worlds:
            text = "\n\n".join(summary(world) for world in worlds.values())
            report.sections.append(("papercloud", text))
