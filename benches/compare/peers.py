"""The peers: how each is installed and started, and how much faster Papercloud is to be."""

import json
import shutil
import sys

from tools import PEERS, REQUEST, Failed, run

ANSWER = {"job_id": "04efe8e2-9255-44ae-a98b-d87cae411890"}
INSTALL_SECONDS = 1800

FASTAPI_STUB = '''
import uuid

from fastapi import FastAPI
from pydantic import BaseModel

app, jobs = FastAPI(), {}


class Mapping(BaseModel):
    source_instance_id: str
    target_instance_id: str


@app.post("/v3/{project_id}/dbcache/mapping", status_code=202)
async def create(project_id: str, mapping: Mapping):
    job_id = str(uuid.uuid4())
    jobs[job_id] = mapping
    return {"job_id": job_id}
'''


def npm(package):
    """Installs an npm package, and returns where the packages are then."""
    folder = PEERS / package.rpartition("@")[0].replace("@", "").replace("/", "-")
    folder.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, package]
    run(command, timeout=INSTALL_SECONDS)
    return folder / "node_modules"


def prism(tools, port):
    binary = npm("@stoplight/prism-cli@5.16.0") / ".bin" / "prism"
    return [binary, "mock", "--host", "127.0.0.1", "--port", port, "-v", "silent", tools.openapi]


def mockoon(tools, port):
    binary = npm("@mockoon/cli@9.9.0") / ".bin" / "mockoon-cli"
    where = ["--hostname", "127.0.0.1", "--port", port]
    return [binary, "start", "--data", tools.openapi, *where, "--disable-log-to-file"]


def wiremock(_, port, journal=("--max-request-journal-entries", "10000")):
    """With a journal that is bounded, as Papercloud's is."""
    if not shutil.which("java"):
        raise Failed("no Java runtime here, which it needs (Debian: default-jre-headless)")
    (jar,) = (npm("wiremock@3.13.2") / "wiremock" / "build").glob("wiremock-standalone-*.jar")
    mappings = PEERS / "wiremock" / "files" / "mappings"
    mappings.mkdir(parents=True, exist_ok=True)
    mapping = {
        "request": {"method": "POST", "urlPath": REQUEST["path"]},
        "response": {
            "status": 202,
            "jsonBody": ANSWER,
            "headers": {"Content-Type": "application/json"},
        },
    }
    (mappings / "mapping.json").write_text(json.dumps(mapping))
    java = ["java", "-jar", jar, "--bind-address", "127.0.0.1", "--port", port]
    quiet = ["--disable-banner", "--disable-request-logging"]
    return [*java, "--root-dir", mappings.parent, *quiet, *journal]


def wiremock_forgetful(tools, port):
    return wiremock(tools, port, journal=["--no-request-journal"])


def httpmock(_, port):
    folder = PEERS / "httpmock"
    binary = folder / "bin" / "httpmock"
    if not binary.exists():
        package = ["httpmock", "--version", "0.9.0", "--features", "standalone"]
        where = ["--root", folder, "--target-dir", PEERS / "httpmock-build"]
        run(["cargo", "install", "--locked", "--quiet", *package, *where], timeout=INSTALL_SECONDS)
    mocks = folder / "mocks"
    mocks.mkdir(exist_ok=True)
    (mocks / "mapping.yaml").write_text(
        f"when:\n  method: POST\n  path: {REQUEST['path']}\n"
        "then:\n  status: 202\n  header:\n"
        "    - name: content-type\n      value: application/json\n"
        f"  json_body: '{json.dumps(ANSWER)}'\n"
    )
    return [binary, "--port", port, "--mock-files-dir", mocks, "--disable-access-log"]


def fastapi(_, port):
    folder = PEERS / "fastapi"
    python = folder / "bin" / "python"
    if not python.exists():
        run([sys.executable, "-m", "venv", folder])
    packages = ["fastapi==0.165.0", "uvicorn[standard]==0.54.0"]
    run([python, "-m", "pip", "install", "--quiet", *packages], timeout=INSTALL_SECONDS)
    (folder / "stub.py").write_text(FASTAPI_STUB)
    where = ["--host", "127.0.0.1", "--port", port, "--app-dir", folder]
    quiet = ["--no-access-log", "--log-level", "warning"]
    return [python, "-m", "uvicorn", "stub:app", *where, *quiet]


def papercloud(tools, port):
    return [tools.papercloud, "--port", port, "--log-level", "error"]


def bare(tools, _):
    return [tools.measure, "--bench", "serve", "bare"]


def fixed(tools, _):
    return [tools.measure, "--bench", "serve", "fixed"]


# By its name in the table: how it is installed and started, and how many times its requests a
# second Papercloud's are to be.
ALWAYS = {
    "Papercloud": (papercloud, None),
    "(a) bare axum": (bare, None),
    "(b) fixed answer": (fixed, None),
}
CHOSEN = {
    "httpmock": (httpmock, 1.3),
    "wiremock": (wiremock, 20),
    "wiremock-no-journal": (wiremock_forgetful, None),
    "prism": (prism, 40),
    "mockoon": (mockoon, None),
    "fastapi": (fastapi, None),
}
