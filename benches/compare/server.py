"""A server while it is measured: started, asked what it answers, loaded, and stopped."""

import http.client
import json
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from tools import PEERS, REQUEST, Failed, run

START_SECONDS = 90


@dataclass
class Server:
    """A server, while it runs."""

    name: str
    aim: float | None
    process: subprocess.Popen = None
    port: int = 0
    started: float = 0.0
    answers: str = ""
    failed: str = ""
    samples: dict = field(default_factory=dict)

    def start(self, command, tools):
        self.port = free_port()
        arguments = [str(argument) for argument in command(tools, str(self.port))]
        log = (PEERS / f"{self.name}.log").open("wb")
        announces = arguments[0] == tools.measure
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        begun = time.monotonic()
        self.process = subprocess.Popen(
            arguments, env=environment, start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if announces else log, stderr=log,
        )
        if announces:
            self.port = json.loads(self.process.stdout.readline())["port"]
        self.answers = self.first_answer(begun)
        self.started = time.monotonic() - begun

    def first_answer(self, begun):
        """Asks until there is an answer, and says what kind of one it is."""
        while True:
            try:
                first = self.ask()
                break
            except (OSError, http.client.HTTPException):
                if self.process.poll() is not None:
                    ended = f"ended with status {self.process.returncode} before it answered"
                    raise Failed(ended) from None
                if time.monotonic() - begun > START_SECONDS:
                    raise Failed(f"no answer within {START_SECONDS} s") from None
                time.sleep(0.002)
        second = self.ask()
        if not first:
            return "an empty ID"
        return "one ID for all" if first == second else "an ID for each"

    def ask(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        headers = {"Content-Type": "application/json", "X-Auth-Token": "token"}
        body = json.dumps(REQUEST["body"])
        connection.request(REQUEST["method"], REQUEST["path"], body, headers)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        connection.close()
        if answer.status // 100 != 2:
            raise Failed(f"answers {answer.status}: {text[:200]}")
        try:
            return json.loads(text)["job_id"]
        except (ValueError, KeyError, TypeError) as error:
            raise Failed(f"answers no job_id: {text[:200]}") from error

    def load(self, tools, connections, milliseconds):
        """One round."""
        if self.process.poll() is not None:
            raise Failed(f"ended with status {self.process.returncode} under load")
        where = ["--address", f"127.0.0.1:{self.port}", "--process", str(self.process.pid)]
        how = ["--connections", str(connections), "--milliseconds", str(milliseconds)]
        return json.loads(run([tools.measure, "--bench", "load", *where, *how], timeout=300))

    def resident(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    def stop(self):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
