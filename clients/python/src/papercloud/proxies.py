"""The proxies that the environment names, and what is to be reached without them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_proxy(*hosts: str) -> Iterator[None]:
    """Lets this process, and what it starts, reach hosts without the environment's proxy."""
    names = ("no_proxy", "NO_PROXY")
    before = {name: os.environ.get(name) for name in names}
    listed = next(filter(None, before.values()), "").split(",")
    direct = [host.strip() for host in listed if host.strip()]
    # Alone, an asterisk means every host; in a list, most clients take it for nothing.
    if direct != ["*"]:
        direct += [host for host in hosts if host not in direct]
    for name in names:
        os.environ[name] = ",".join(direct)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
