"""The package papercloud, as it is installed: its fixtures, where the program comes from and how it
ends, what its errors say, and each of its calls that no other test makes.
"""

from __future__ import annotations

import ast
import os
import pickle
import re
import select
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

import huaweicloudsdkgaussdbfornosql.v3 as geminidb
import pytest
from huaweicloudsdkcore.exceptions.exceptions import ServerResponseException

from calls import RDS, REDIS, Clients, create_db_cache_mapping
import papercloud as package
import papercloud.journal as journal_module
import papercloud.program as program_module
import papercloud.service as service_module
from papercloud import (
    JournalIncomplete,
    Papercloud,
    Refused,
    Service,
    ServiceFailed,
    World,
    __version__,
    attached,
    find_binary,
    without_proxy,
)
from test_control import CREATION, FULL_DISK, create

PACKAGE = Path(package.__file__).parent


def environment(**variables: str) -> dict[str, str]:
    """The environment of a process that is told of this program and of no other Papercloud."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PAPERCLOUD_")}
    return {**own, "PAPERCLOUD_BINARY": str(find_binary()), **variables}


class Suite:
    """A folder with somebody's tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def write(self, **files: str) -> None:
        for name, text in files.items():
            (self.folder / f"{name}.py").write_text(text)

    def pytest(self, *flags: str, **variables: str) -> str:
        """What pytest prints there."""
        process = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *flags],
            cwd=self.folder,
            env=environment(**variables),
            capture_output=True,
            text=True,
        )
        return process.stdout + process.stderr


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """One of them, empty."""
    return Suite(tmp_path / "tests")


# --------------------------------------------------------------------------------------------------
# Set-up


def test_installing_it_is_all_of_the_set_up(suite: Suite) -> None:
    suite.write(test_it="def test_it(world):\n    world.verify(never=True)\n")
    assert "1 passed" in suite.pytest()


@pytest.mark.parametrize("given", [["--seed", "7"], ("--seed=7",), "--seed=7"])
def test_a_fixture_gives_further_flags(given: Any, suite: Suite) -> None:
    flags = f"""
import pytest

@pytest.fixture(scope="session")
def papercloud_flags():
    return {given!r}
"""
    suite.write(
        conftest=flags,
        test_it="def test_it(papercloud):\n"
        "    assert papercloud.ask('GET', 'ready')['seed'] == 7\n",
    )
    assert "1 passed" in suite.pytest()


def test_a_fixture_that_the_one_with_the_flags_lacks_is_named(suite: Suite) -> None:
    flags = """
import pytest

@pytest.fixture(scope="session")
def papercloud_flags(no_such_fixture):
    return ()
"""
    suite.write(conftest=flags, test_it="def test_it(world):\n    pass\n")
    assert "fixture 'no_such_fixture' not found" in suite.pytest()


def test_the_world_of_a_test_is_new_each_time(papercloud: Service) -> None:
    test = "a test that runs twice"
    world = papercloud.world_of(test)
    world.fault(status=500)
    world.advance(3600)
    began = world.now()
    again = papercloud.world_of(test)
    assert again.project_id == world.project_id
    assert (again.faults(), again.requests()) == ([], [])
    assert again.now() < began


def test_the_world_of_a_test_begins_again_frozen_and_with_its_label(world: World) -> None:
    def label() -> str:
        worlds = world.service.worlds()
        [label] = [one["label"] for one in worlds if one["project_id"] == world.project_id]
        return label

    before = label()
    assert "test_the_world_of_a_test_begins_again" in before
    world.resume()
    world.label(None)
    assert label() is None
    world.reset()
    assert (world.clock()["mode"], label()) == ("frozen", before)
    other = World(world.service, "no-test-0001")
    other.freeze()
    other.reset()
    assert other.clock()["mode"] == "real"


@pytest.mark.parametrize("module", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.stem)
def test_the_oldest_python_can_read_it(module: Path) -> None:
    ast.parse(module.read_text(), feature_version=(3, 9))


def test_its_types_hold_and_are_seen_by_who_uses_it(tmp_path: Path) -> None:
    uses = tmp_path / "uses.py"
    uses.write_text("from papercloud import World\n\n\ndef f(world: World) -> int:\n"
                    "    return world.now()\n")

    def mypy(*what: str) -> str:
        command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", os.devnull, *what]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout

    assert mypy("-p", "papercloud").startswith("Success")
    assert "Incompatible return value type (got \"str\", expected \"int\")" in mypy(uses.name)


# --------------------------------------------------------------------------------------------------
# Where the program comes from


def program(path: Path, text: str = "#!/bin/sh\n", age: int = 0) -> Path:
    """Something that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    os.utime(path, (1_000_000_000 - age, 1_000_000_000 - age))
    return path


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program in PATH, where nothing else names one."""
    monkeypatch.delenv("PAPERCLOUD_BINARY", raising=False)
    monkeypatch.delenv("CARGO_TARGET_DIR", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return program(tmp_path / "bin" / "papercloud")


def test_outside_of_a_checkout_it_is_the_installed_program(
    tmp_path: Path, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_binary() == installed


def test_what_a_stranger_has_built_is_not_taken(
    tmp_path: Path, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "target" / "release" / "papercloud")
    (tmp_path / "Cargo.toml").write_text('[package]\nname = "another"\n')
    monkeypatch.chdir(tmp_path)
    assert find_binary() == installed


@pytest.mark.parametrize("newer", ["debug", "release"])
@pytest.mark.parametrize("target", ["target", "elsewhere"])
def test_the_newer_build_of_the_checkout_is_taken(
    newer: str, target: str, tmp_path: Path, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ages = {"debug": 9, "release": 9, newer: 0}
    builds = {
        profile: program(tmp_path / target / profile / "papercloud", age=age)
        for profile, age in ages.items()
    }
    if target == "elsewhere":
        monkeypatch.setenv("CARGO_TARGET_DIR", str(tmp_path / target))
    (tmp_path / "Cargo.toml").write_text('[package]\nname = "papercloud"\n')
    (tmp_path / "tests").mkdir()
    monkeypatch.chdir(tmp_path / "tests")
    assert find_binary() == builds[newer]
    builds[newer].unlink()
    [left] = (build for build in builds.values() if build.exists())
    assert find_binary() == left
    left.chmod(0o644)
    assert find_binary() == installed


def test_where_there_is_no_program_that_is_said(
    tmp_path: Path, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed.unlink()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ServiceFailed, match="no papercloud in PATH.*PAPERCLOUD_BINARY"):
        Papercloud()


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        (None, 0, "cannot be started: No such file or directory"),
        ("", 0o644, "cannot be started: Permission denied"),
        ("no program", 0o755, "cannot be started: Exec format error"),
        ("#!/bin/sh\n", 0o755, "did not announce its address, but '' (exit status 0)"),
        ("#!/bin/sh\necho hello", 0o755, "but 'hello\\n' (exit status 0)"),
        ("#!/bin/sh\necho '[]'", 0o755, "but '[]\\n' (exit status 0)"),
        ("#!/bin/sh\necho '{}'; echo why >&2; exit 3", 0o755, "(exit status 3); its log:\nwhy"),
    ],
)
def test_what_cannot_be_started_says_so(
    text: str | None, mode: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tmp_path / "named"
    if text is not None:
        program(named, text).chmod(mode)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAPERCLOUD_BINARY", "./named")
    with pytest.raises(ServiceFailed) as caught:
        Papercloud()
    assert said in str(caught.value) and str(named) in str(caught.value)


def test_a_folder_is_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERCLOUD_BINARY", str(tmp_path))
    with pytest.raises(ServiceFailed, match="cannot be started: it is a directory"):
        Papercloud()


def test_a_program_that_says_nothing_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = program(tmp_path / "silent", "#!/bin/sh\nprintf hello; exec cat\n")
    monkeypatch.setenv("PAPERCLOUD_BINARY", str(named))
    monkeypatch.setattr(program_module, "START_SECONDS", 0)
    with pytest.raises(ServiceFailed, match="did not announce its address"):
        Papercloud()


def test_a_flag_that_the_program_refuses_is_shown_as_it_says_it() -> None:
    with pytest.raises(ServiceFailed, match="similar argument exists: '--seed'"):
        Papercloud("--sed", "7")


# --------------------------------------------------------------------------------------------------
# How it ends


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_the_program_ends_with_pytest_however_that_ends(suite: Suite, number: signal.Signals) -> None:
    suite.write(
        # Whoever runs this under nohup has it ignore SIGHUP otherwise.
        test_it="import signal\n\n\ndef test_it(papercloud):\n"
        "    signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
        "    print('\\nprocess', papercloud._process.pid, flush=True)\n"
        "    signal.pause()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider"],
        cwd=suite.folder,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as tests:
        assert tests.stdout is not None
        said = next(line for line in tests.stdout if line.startswith("process "))
        started = os.pidfd_open(int(said.split()[1]))
        tests.send_signal(number)
        assert tests.wait(timeout=60) == -number
    try:
        ended, _, _ = select.select([started], [], [], program_module.STOP_SECONDS)
        assert ended, "it still runs"
    finally:
        if not ended:
            signal.pidfd_send_signal(started, signal.SIGKILL)
        os.close(started)


def test_a_service_is_stopped_once_and_then_answers_no_more() -> None:
    with Papercloud() as service:
        service.stop()
    service.stop()
    with pytest.raises(ServiceFailed, match="no Papercloud answers GET http://127.0.0.1:"):
        service.world("p").now()


def test_a_service_that_does_not_end_cleanly_is_complained_of() -> None:
    service = Papercloud()
    service._process.kill()
    with pytest.raises(ServiceFailed, match=r"did not end cleanly \(exit status -9\); its log:\n"):
        service.stop()
    service.stop()


# --------------------------------------------------------------------------------------------------
# Proxies


@pytest.mark.parametrize(
    ("lower", "upper", "meanwhile"),
    [
        (None, None, "127.0.0.1,localhost"),
        ("corp.internal", None, "corp.internal,127.0.0.1,localhost"),
        (None, "corp.internal, localhost", "corp.internal,localhost,127.0.0.1"),
        ("", "corp.internal", "corp.internal,127.0.0.1,localhost"),
        ("*", None, "*"),
    ],
)
def test_what_needs_no_proxy_is_added_and_taken_back(
    lower: str | None, upper: str | None, meanwhile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {"no_proxy": lower, "NO_PROXY": upper}
    for name, value in before.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    with pytest.raises(KeyError), without_proxy("127.0.0.1", "localhost"):
        assert (os.environ["no_proxy"], os.environ["NO_PROXY"]) == (meanwhile, meanwhile)
        raise KeyError
    assert {name: os.environ.get(name) for name in before} == before


def test_a_service_is_reached_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "corp.internal")
    with Papercloud() as service:
        with urllib.request.urlopen(f"{service.url}/_paper/health") as answer:
            assert answer.status == 200
        assert os.environ["no_proxy"] == "corp.internal,127.0.0.1"
    assert os.environ["no_proxy"] == "corp.internal"


# --------------------------------------------------------------------------------------------------
# A service that is guarded, and one that runs already


@pytest.fixture(
    scope="module", params=[["--control-token=a token"], ["--control-token", "a token"]]
)
def guarded(request: pytest.FixtureRequest) -> Iterator[Papercloud]:
    """A service that is controlled with a token, at a port of its own."""
    with Papercloud(*request.param, "--control-port", "0", "--service-ports") as service:
        yield service


def test_a_guarded_service_is_controlled_like_any_other(guarded: Papercloud) -> None:
    assert guarded.control_url != guarded.url
    assert set(guarded.service_ports) == {"GeminiDB", "DCS", "TaurusDB", "IAM"}
    world = guarded.world_of("a test")
    create(Clients.connect(world.url, world.project_id))
    world.verify(operation=CREATION, exactly=1)
    with pytest.raises(Refused) as refused:
        Service(guarded.url, control_url=guarded.control_url).world("p").now()
    assert (refused.value.status, refused.value.error_code) == (401, "PAPER.0401")
    assert "no token was sent" in refused.value.reason
    with pytest.raises(Refused, match="the control API is served at port"):
        Service(guarded.url).world("p").now()


USES_A_WORLD = """
def test_it(papercloud, world):
    assert type(papercloud).__name__ == "Service"
    world.fault("ListJobs", status=500)
    assert world.url == papercloud.url
"""


def test_a_service_that_runs_is_used_and_left_running(suite: Suite, guarded: Papercloud) -> None:
    suite.write(test_it=USES_A_WORLD)
    said = suite.pytest(
        PAPERCLOUD_BINARY="/no/such/program",
        PAPERCLOUD_URL=f"{guarded.url}/",
        PAPERCLOUD_CONTROL_URL=guarded.control_url,
        PAPERCLOUD_CONTROL_TOKEN="a token",
        PAPERCLOUD_SESSION="a job",
    )
    assert "1 passed" in said
    assert "test_it.py::test_it" in [one["label"] for one in guarded.worlds()]


SAYS_ITS_PROJECT = """
def test_it(world):
    world.fault("ListJobs", status=500)
    print("project", world.project_id)
"""


def test_sessions_on_one_service_do_not_meet(suite: Suite) -> None:
    suite.write(test_it=SAYS_ITS_PROJECT)

    def project(**variables: str) -> str:
        said = suite.pytest("-s", PAPERCLOUD_URL=shared.url, **variables).splitlines()
        return next(line.split()[-1] for line in said if "project" in line)

    with Papercloud() as shared:
        assert project() != project()
        # Nobody can find them again, so they go.
        assert shared.worlds() == []
        assert project(PAPERCLOUD_SESSION="") != project(PAPERCLOUD_SESSION="")
        kept = project(PAPERCLOUD_SESSION="job 1")
        assert kept == project(PAPERCLOUD_SESSION="job 1") != project(PAPERCLOUD_SESSION="job 2")
        assert kept in [one["project_id"] for one in shared.worlds()]


@pytest.mark.parametrize(
    ("theirs", "fits"),
    [("0.1.0", True), ("0.1.9", True), ("0.2.0", False), ("1.0.0", False), ("later", False)],
)
def test_a_service_of_another_version_is_refused(
    theirs: str, fits: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced = f'{{"url": "http://127.0.0.1:1", "version": "{theirs}"}}'
    named = program(tmp_path / "other", f"#!/bin/sh\necho '{announced}'; exec cat\n")
    monkeypatch.setenv("PAPERCLOUD_BINARY", str(named))
    if fits:
        Papercloud().stop()
        return
    ours = f"other is Papercloud {theirs}, and the Python package papercloud is {__version__}: "
    with pytest.raises(ServiceFailed, match=ours):
        Papercloud()


def test_a_service_that_runs_with_tls_is_used(suite: Suite, tmp_path: Path) -> None:
    suite.write(test_it=USES_A_WORLD)
    certificate = tmp_path / "papercloud.pem"
    with Papercloud("--tls", "self-signed", "--tls-certificate", str(certificate)) as service:
        trusted = {"PAPERCLOUD_TLS_CERTIFICATE": str(certificate)}
        assert "1 passed" in suite.pytest(PAPERCLOUD_URL=service.url, **trusted)
        assert "CERTIFICATE_VERIFY_FAILED" in suite.pytest(PAPERCLOUD_URL=service.url)


def test_flags_for_a_service_that_runs_are_warned_of(suite: Suite, papercloud: Service) -> None:
    flags = """
import pytest

@pytest.fixture(scope="session")
def papercloud_flags():
    return ("--control-token", "planted")
"""
    suite.write(conftest=flags, test_it=USES_A_WORLD)
    said = suite.pytest(PAPERCLOUD_URL=papercloud.url)
    assert "1 passed, 1 warning" in said and "papercloud_flags is not looked at" in said
    assert "planted" not in said


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"PAPERCLOUD_URL": "127.0.0.1:8080"}, "a URL must begin with http:// or https://"),
        ({"PAPERCLOUD_URL": "http://127.0.0.1:1"}, "no Papercloud answers GET http://127.0.0.1:1/"),
        (
            {"PAPERCLOUD_URL": "https://a", "PAPERCLOUD_TLS_CERTIFICATE": "/no/such/file"},
            "PAPERCLOUD_TLS_CERTIFICATE: /no/such/file: No such file or directory",
        ),
    ],
)
def test_a_service_that_is_not_there_is_no_reason_to_start_one(
    variables: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ServiceFailed) as caught:
        attached()
    assert said in str(caught.value)


# --------------------------------------------------------------------------------------------------
# What it says when something is wrong


@pytest.mark.parametrize("name", ["a b", "ä", "a/b", "a?b", "..."])
def test_names_arrive_as_they_are(name: str, papercloud: Service) -> None:
    with pytest.raises(Refused) as refused:
        papercloud.world(name).now()
    assert (refused.value.status, refused.value.error_code) == (400, "PAPER.0400")
    assert "a project ID has 1 to 64 letters" in refused.value.reason
    with pytest.raises(Refused, match="no fault rule is called"):
        papercloud.world("p").hits(name)
    if name == "...":
        papercloud.define_scenario(name, {})
        papercloud.forget_scenario(name)
    else:
        with pytest.raises(Refused, match="a scenario's name has 1 to 48 letters"):
            papercloud.define_scenario(name, {})


def test_a_url_may_end_with_a_slash(papercloud: Service) -> None:
    world = Service(f"{papercloud.url}/").world("p")
    assert (world.url, world.clock()["mode"]) == (papercloud.url, "real")
    assert repr(world) == f"World('{papercloud.url}', 'p')"


def test_a_refusal_tells_what_was_asked_and_why_not(world: World) -> None:
    with pytest.raises(Refused) as caught:
        world.fault("CreateDbCacheMaping", status=503)
    refused = caught.value
    assert (refused.status, refused.error_code) == (400, "PAPER.0400")
    assert "did you mean CreateDbCacheMapping?" in refused.reason
    call = f"POST /_paper/worlds/{world.project_id}/faults"
    assert str(refused) == f"{refused.reason} ({call} answered 400 PAPER.0400)"
    assert str(pickle.loads(pickle.dumps(refused))) == str(refused)


def test_words_that_a_call_does_not_have_are_refused_by_their_names(world: World) -> None:
    for call in (world.fault, world.verify, world.requests, world.near_misses, world.fail):
        with pytest.raises(TypeError, match="'frist'"):
            call(frist=1)  # type: ignore[call-arg]


MANY = """
def test_one(world): pass
def test_two(papercloud): pass
def test_three(world): pass
def test_of_something_else(): pass
"""


def test_a_missing_program_is_said_once(suite: Suite) -> None:
    suite.write(test_it=MANY)
    said = suite.pytest(PAPERCLOUD_BINARY="/no/such/program", CI="true")
    assert "1 passed, 2 skipped, 1 error" in said
    # In the report, and in pytest's summary, which CI=true keeps it from cutting short.
    assert said.count("/no/such/program cannot be started: No such file") == 2
    assert "Traceback" not in said and "raise" not in said


SEES_A_LIST = """
import urllib.request


def test_it(world):
    url = f"{world.url}/v3/{world.project_id}/dbcache/mappings"
    urllib.request.urlopen(urllib.request.Request(url, headers={"X-Auth-Token": "any"}))
"""


def test_what_no_test_has_seen_is_told_on_demand(suite: Suite) -> None:
    suite.write(test_it=SEES_A_LIST)
    assert "coverage" not in suite.pytest()
    said = suite.pytest("--papercloud-coverage")
    assert re.search(r"1 of \d+ operations were called, and 1 of \d+ documented answers seen", said)
    assert "ListDbCacheMappings: 1 of " in said and "never 400 DBS.200001" in said
    assert 'world.fault("ListDbCacheMappings", service="GeminiDB", first=1, error=' in said
    assert "less was seen" not in said and "1 passed" in said
    wanting = suite.pytest("--papercloud-coverage=99")
    assert "less was seen than --papercloud-coverage=99 wants" in wanting


LEAVES_A_JOB = f"""
import urllib.error, urllib.request


def create(world):
    body = b'{{"source_instance_id": "{RDS}", "target_instance_id": "{REDIS}"}}'
    url = f"{{world.url}}/v3/{{world.project_id}}/dbcache/mapping"
    headers = {{"Content-Type": "application/json", "X-Auth-Token": "any"}}
    return urllib.request.Request(url, body, headers, method="POST")


def test_a_failure(world):
    world.fault("CreateDbCacheMapping", first=1, status=503, id="busy")
    try:
        urllib.request.urlopen(create(world))
    except urllib.error.HTTPError:
        urllib.request.urlopen(create(world))
    assert world.jobs() == []


def test_without_requests(world):
    assert world.requests()


def test_that_passes(world):
    pass
"""


def test_the_report_of_a_failure_shows_its_world(suite: Suite) -> None:
    suite.write(test_it=LEAVES_A_JOB)
    first, second = suite.pytest().split("- papercloud -")[1:]
    project, clock, under_way, requests, busy, created = first.splitlines()[1:7]
    assert re.fullmatch(r"project [0-9a-f]{32}; page: http://127.0.0.1:\d+/_paper/", project)
    assert re.match(r"clock: 20.*Z, frozen; nothing happens before 20.*Z, and nobody moves", clock)
    assert re.match(f"under way: {CREATION}, job .*, Running, creating, 0 %", under_way)
    assert requests == "requests:"
    path = "/v3/[0-9a-f]{32}/dbcache/mapping"
    assert re.fullmatch(rf"  [0-9:.]{{12}} POST {path} 503 {CREATION} .*\(fault busy\)", busy)
    assert re.match(rf"  [0-9:.]{{12}} POST {path} 202 {CREATION}", created)
    assert "no requests: is the program's endpoint world.url" in second


FAILS = """
import pytest
from papercloud import Refused


def test_a_claim(world):
    world.verify(operation="ListJobs", exactly=1)


def test_the_report(world):
    world.fault("ListJobs", id="planted", status=500)
    world.assert_clean()


def test_a_refusal(world):
    world.choose_scenario("none")
"""


def test_a_failure_shows_the_line_of_the_test_and_a_sentence(suite: Suite) -> None:
    suite.write(test_it=FAILS)
    said = suite.pytest().splitlines()
    assert "E       AssertionError: ListJobs: exactly 1; no such request was found" in said
    # In CI the summary at the end has it once more.
    [label] = [line for line in said if line.startswith("E  ") and "is not clean" in line]
    assert label.endswith("(test_it.py::test_the_report) is not clean")
    assert any('- armed and never hit: {"id": "planted", ' in line for line in said)
    assert any("Refused: no scenario is called none" in line for line in said)
    assert ">       world.assert_clean()" in said
    assert not any("site-packages" in line for line in said), said


def test_a_report_names_everything_that_was_left(clients: Clients, world: World) -> None:
    job_id = create(clients)
    with pytest.raises(AssertionError) as caught:
        world.assert_clean()
    lines = str(caught.value).splitlines()
    assert lines[0].startswith(f"world {world.project_id} (") and lines[0].endswith("is not clean")
    [request] = world.requests()
    [job] = world.jobs()
    begun = (
        f"{CREATION}, job {job_id} is Running, {job['resource_id']} is {job['resource_status']}, "
        f"by request {request['request_id']}"
    )
    assert lines[1:] == [f"- started and never looked at: {begun}", f"- unfinished: {begun}"]


# --------------------------------------------------------------------------------------------------
# Time and jobs


def test_a_clock_goes_to_an_instant_and_by_a_duration(clients: Clients, world: World) -> None:
    job_id = create(clients)
    now = datetime.fromisoformat(world.now().replace("Z", "+00:00"))
    assert world.advance_to(now + timedelta(milliseconds=1)) == []
    [due] = world.advance_to(f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}")
    assert due["job_id"] == job_id
    assert world.advance(timedelta(minutes=1, milliseconds=5)) == []
    later = world.now()
    assert world.freeze(at=datetime.fromisoformat(later.replace("Z", "+00:00"))) == []
    assert world.clock() == {"mode": "frozen", "now": later, "scale": 0.0, "auto_advance": False}
    elsewhere = (now + timedelta(hours=2)).astimezone(timezone(timedelta(hours=5)))
    assert world.freeze(elsewhere) == []
    assert world.now() > later
    with pytest.raises(ValueError, match="must have a time zone"):
        world.advance_to(datetime(2026, 1, 1))
    with pytest.raises(Refused):
        world.advance_to(now)


def test_what_is_under_way_is_listed_and_fails_as_it_is_told(
    clients: Clients, world: World
) -> None:
    assert world.jobs() == []
    job_id = create(clients)
    [job] = world.jobs()
    assert (job["job_id"], job["percent"]) == (job_id, 0)
    assert world.job(job_id) == job
    world.fail(job_id, percent=40, reason="disk full")
    planned = world.job(job_id)["planned"]
    assert (planned["job"], planned["percent"], planned["reason"]) == ("fail", 40, "disk full")
    [due] = world.advance(3600)
    assert due["job_status"] == "Failed"


# --------------------------------------------------------------------------------------------------
# Faults and scenarios


def words_of(call: Any) -> set[str]:
    """The keyword arguments that a call takes."""
    parameters = signature(call).parameters.items()
    return {name for name, it in parameters if it.kind == Parameter.KEYWORD_ONLY}


RULES: list[dict[str, Any]] = [
    {"id": "named", "service": "GeminiDB", "first": 1, "status": 503, "body": None},
    {"operation": CREATION, "match": {"source_instance_id": RDS}, "nth": 2, "error": "WrongState"},
    {"operation": CREATION, "every": 3, "error_code": "DBS.200011", "message": "no"},
    {"probability": 0.5, "throttle": 5},
    {"phase": "after", "latency_ms": {"from": 1, "to": 2}, "reset": True},
    {"while_": {"operation": CREATION, "status": "Running"}, "truncate": True},
    {"malformed": True},
    {"slow_body": 2000},
    {"operation": CREATION, "job": "fail", "percent": 40, "reason": "disk full"},
    {"operation": CREATION, "job": "hold", "stage": "Running"},
    {"operation": CREATION, "job": "succeed", "seconds": 600},
]


def test_every_word_of_a_rule_arrives(world: World) -> None:
    assert words_of(world.fault) <= {word for rule in RULES for word in rule}
    names = [world.fault(**rule) for rule in RULES]
    assert names[0] == "named" and names[1] != "named"
    which = {"id", "service", "operation", "match", "while", "phase"}
    which |= {"first", "nth", "every", "probability"}
    for armed, rule in zip(world.faults(), RULES):
        written = {"while" if word == "while_" else word: it for word, it in rule.items()}
        effect = {word: it for word, it in written.items() if word not in which}
        assert armed["effect"] == effect
        assert {word: armed[word] for word in written if word in which} == {
            word: it for word, it in written.items() if word in which
        }
    world.disarm_all()
    assert world.faults() == []


def test_a_scenario_is_defined_chosen_left_and_forgotten(
    papercloud: Service, world: World
) -> None:
    name = "a.test_of-scenarios"
    papercloud.define_scenario(name, FULL_DISK)
    [defined] = [one for one in papercloud.scenarios() if one["name"] == name]
    assert defined["job_seconds"] == 100
    assert world.scenario() is None
    world.choose_scenario(name)
    assert (world.scenario(), len(world.faults())) == (name, 2)
    world.leave_scenario()
    assert (world.scenario(), world.faults()) == (None, [])
    papercloud.forget_scenario(name)
    with pytest.raises(Refused, match="no scenario is called"):
        papercloud.forget_scenario(name)


# --------------------------------------------------------------------------------------------------
# What was asked


CHOICES: list[dict[str, Any]] = [
    {"operation": CREATION, "service": "GeminiDB"},
    {"method": "POST", "status": 202, "committed": True},
    {"match": {"source_instance_id": RDS, "body.target_instance_id": REDIS}},
]


@pytest.mark.parametrize("choice", CHOICES)
def test_every_word_of_a_choice_arrives(
    choice: dict[str, Any], clients: Clients, world: World
) -> None:
    words = {word for choice in CHOICES for word in choice} | {"fault"}
    assert words == words_of(world.near_misses)
    assert words == words_of(world.requests) - {"since", "limit", "exact"}
    rule = world.fault("ListJobs", status=500)
    create(clients)
    with pytest.raises(ServerResponseException, match="injected"):
        clients.geminidb.list_jobs(geminidb.ListJobsRequest(id="x"))
    [created] = world.requests(**choice)
    assert created["operation"] == CREATION
    assert [one["operation"] for one in world.requests(fault=rule)] == ["ListJobs"]
    assert [one["operation"] for one in world.requests(committed=False)] == ["ListJobs"]
    world.verify(**choice, exactly=1)
    # What a request's own header asks for is called so.
    missed = world.near_misses(**{**choice, "fault": "request"})
    assert missed[0]["request_id"] == created["request_id"]
    assert missed[0]["differences"] == [{"field": "fault", "expected": "request", "got": None}]


def test_every_word_of_a_check_arrives(clients: Clients, world: World) -> None:
    create(clients)
    checks: list[dict[str, Any]] = [
        {"exactly": 1, "name": "a name"},
        {"at_least": 1},
        {"at_most": 1},
        {"never": True, "operation": "ListJobs"},
        {"at_most_once_committed": True},
        {"sequence": [{"operation": CREATION, "status": 202}]},
        {"status": 202},
    ]
    words = words_of(world.near_misses) | {word for check in checks for word in check}
    assert words == words_of(world.verify)
    for check in checks:
        world.verify(**check)
    world.verify(*checks)
    with pytest.raises(AssertionError, match="^a name: any request: exactly 2; 1 such request was"):
        world.verify(name="a name", exactly=2)
    with pytest.raises(Refused, match="at least one check"):
        world.verify()


def test_all_requests_are_listed_however_many_there_are(
    clients: Clients, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        create_db_cache_mapping(clients, source_instance_id=RDS, target_instance_id=REDIS)
    everything = world.requests()
    assert len(everything) == 5
    monkeypatch.setattr(journal_module, "PAGE", 2)
    assert world.requests() == everything
    assert world.requests(limit=3) == everything[-3:]
    assert world.requests(since=everything[1]["request_id"]) == everything[2:]
    assert world.requests(since=everything[1]["request_id"], limit=1) == everything[-1:]


def test_all_worlds_are_listed_however_many_there_are(
    papercloud: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        papercloud.world(f"one-of-many-{number}").freeze()
    everything = [one["project_id"] for one in papercloud.worlds()]
    assert {f"one-of-many-{number}" for number in range(5)} <= set(everything)
    monkeypatch.setattr(service_module, "PAGE", 2)
    assert [one["project_id"] for one in papercloud.worlds()] == everything


def test_a_journal_that_dropped_requests_is_no_proof() -> None:
    with Papercloud("--journal-bytes", "4000") as service:
        world = service.world_of("a test")
        clients = Clients.connect(service.url, world.project_id)
        for _ in range(9):
            create(clients)
        with pytest.raises(JournalIncomplete, match="were dropped from the journal of"):
            world.requests()
        left = world.requests(exact=False)
        assert 0 < len(left) < 9
        world.clear_requests()
        assert world.requests() == []


# --------------------------------------------------------------------------------------------------
# What the service knows, and the world as a whole


def test_the_service_tells_what_it_knows(
    papercloud: Service, clients: Clients, world: World
) -> None:
    create(clients)
    [request] = world.requests()
    assert world.explain(request["request_id"])["request_id"] == request["request_id"]
    assert papercloud.explain(request["request_id"]) == world.explain(request["request_id"])
    unclean = [one["project_id"] for one in papercloud.report()["worlds"]]
    assert world.project_id in unclean
    [creation] = [
        one
        for one in papercloud.catalogue()
        if one["operation"] == CREATION and one["error_code"] is None
    ]
    assert creation["status"] == 202
    assert len(papercloud.rules()) > 100
    with pytest.raises(Refused, match="--state FILE") as refused:
        papercloud.save()
    assert refused.value.status == 409


def test_worlds_are_saved_when_a_test_says_so(tmp_path: Path) -> None:
    file = tmp_path / "worlds.json"
    with Papercloud("--state", str(file)) as service:
        service.world("a-project-to-save").freeze()
        service.save()
        assert "a-project-to-save" in file.read_text()
