"""Tests against Papercloud, a paper copy of a cloud's control plane.

With pytest, a plugin gives each test a project of its own, named `world`, whose clock stands still.
A program that polls either sleeps by that clock, or has every look at something unfinished move it::

    def test_that_my_program_waits(world):
        my_program(world.url, world.project_id, sleep=world.advance)

    def test_the_whole_command(world):
        world.auto_advance()
        subprocess.run(["my-program", "--endpoint", world.url], check=True)

Without pytest, `Papercloud` starts a service, `attached` finds the one that PAPERCLOUD_URL names,
and `Service.world` has a project's clock, jobs, faults and requests.
"""

from .attach import attached
from .errors import JournalIncomplete, Refused, ServiceFailed
from .program import Papercloud, find_binary
from .proxies import without_proxy
from .service import Service
from .version import __version__
from .world import World

__all__ = [
    "JournalIncomplete",
    "Papercloud",
    "Refused",
    "Service",
    "ServiceFailed",
    "World",
    "__version__",
    "attached",
    "find_binary",
    "without_proxy",
]
