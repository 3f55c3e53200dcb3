"""What everything here needs: the places, how a command is run, and what Cargo has built."""

import functools
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
TARGET = (CHECKOUT / os.environ.get("CARGO_TARGET_DIR", "target")).resolve()
PEERS = TARGET / "peers"
FIXTURE = CHECKOUT / "fixtures/geminidb/create_db_cache_mapping/documented.json"
REQUEST = json.loads(FIXTURE.read_text())["request"]


class Failed(Exception):
    """Why a peer cannot be measured, or why the whole run cannot go on."""


def run(command, **options):
    """Runs a command that has to succeed, and returns what it printed."""
    try:
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL, **options
        )
    except FileNotFoundError as error:
        raise Failed(f"there is no {error.filename} here") from error
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{command[0]} took more than {error.timeout:.0f} s") from error
    except subprocess.CalledProcessError as error:
        lines = (error.stderr or error.stdout or "").strip().splitlines() or ["no message"]
        raise Failed(f"{Path(command[0]).name} failed: {lines[-1][:200]}") from error
    return done.stdout


@dataclass
class Tools:
    """The benchmark and the program, as Cargo built them."""

    measure: str
    papercloud: str

    @staticmethod
    def build(profile):
        build = ["cargo", "bench", "--locked", "--profile", profile, "--bench", "measure"]
        printed = run([*build, "--no-run", "--message-format=json"], cwd=CHECKOUT)
        messages = map(json.loads, printed.splitlines())
        built = {
            message["target"]["name"]: message["executable"]
            for message in messages
            if message.get("executable")
        }
        return Tools(built["measure"], built["papercloud"])

    @functools.cached_property
    def openapi(self):
        """Papercloud's own document, for those who serve from one."""
        document = PEERS / "openapi.json"
        document.write_text(run([self.papercloud, "openapi"]))
        return document
