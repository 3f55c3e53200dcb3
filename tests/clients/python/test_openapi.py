"""Schemathesis against the published document: examples, edge cases, random requests, and calls in
a row along the links.

No answer may be a failure of the service, have a status or a header that is not published, or a
body outside its schema; what the schemas do not allow is refused. What is not checked, and why, is
said in schemathesis.toml. It asks the same in every run, as far as it comes in its time, of services
of its own: what it leaves behind would be in the way of other tests.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pytest

from calls import ACCOUNT, PROJECT
from papercloud import Papercloud

if importlib.util.find_spec("schemathesis") is None:
    pytest.skip("no schemathesis; see requirements-schemathesis.txt", allow_module_level=True)

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")

# Beyond the bounds of a run, which say when no further request is begun.
SPARE_SECONDS = 120


def schemathesis(service: Papercloud, *arguments: str, seconds: int, config: Path) -> None:
    """Runs it on every operation. A finding fails the test with all that was said."""
    command = [
        *(sys.executable, "-m", "schemathesis.cli"),
        *("--config-file", str(config), "run", f"{service.url}/_paper/openapi.json"),
        *("--max-time", str(seconds), *arguments),
    ]
    # It keeps what it has found in the folder that it runs in.
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=seconds + SPARE_SECONDS,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    with urllib.request.urlopen(f"{service.url}/_paper/openapi.json", timeout=10) as answer:
        document = json.load(answer)
    operations = sum(len(methods) for methods in document["paths"].values())
    assert f"Tested: {operations}" in done.stdout, done.stdout


def token_of(service: Papercloud) -> str:
    """A token for the project of the documents' examples."""
    user = {"name": ACCOUNT, "password": ACCOUNT, "domain": {"name": ACCOUNT}}
    identity = {"methods": ["password"], "password": {"user": user}}
    auth = {"auth": {"identity": identity, "scope": {"project": {"id": PROJECT}}}}
    request = urllib.request.Request(
        f"{service.url}/v3/auth/tokens",
        json.dumps(auth).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.headers["X-Subject-Token"]


def test_no_answer_is_outside_the_document(papercloud_flags: tuple[str, ...]) -> None:
    """All phases, in the default mode."""
    with Papercloud(*papercloud_flags) as service:
        schemathesis(service, "--header", "X-Auth-Token: any", seconds=50, config=CONFIGURATION)


def test_no_answer_is_outside_the_document_under_strict_rules(
    papercloud_flags: tuple[str, ...],
) -> None:
    """The document says more under `--strict`, and so does the service."""
    with Papercloud(*papercloud_flags, "--strict") as strict:
        schemathesis(strict, "--header", "X-Auth-Token: any", seconds=40, config=CONFIGURATION)


def test_no_operation_lets_bad_credentials_pass(
    papercloud_flags: tuple[str, ...], tmp_path: Path
) -> None:
    """Examples and edge cases, with a token that holds and without: no answer differs from 401."""
    config = tmp_path / "schemathesis.toml"
    text = CONFIGURATION.read_text().replace("ignored_auth.enabled = false", "")
    # The token is good for its project only.
    config.write_text(f'{text}\n[parameters]\n"path.project_id" = "{PROJECT}"\n')
    with Papercloud(*papercloud_flags, "--auth", "verify") as service:
        schemathesis(
            service,
            *("--header", f"X-Auth-Token: {token_of(service)}"),
            *("--phases", "examples,coverage"),
            seconds=90,
            config=config,
        )
