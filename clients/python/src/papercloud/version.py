"""Whether this package and a service belong together."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version

from .errors import ServiceFailed
from .objects import Json

try:
    __version__ = installed_version("papercloud")
except PackageNotFoundError:  # taken from a folder, so nothing says which one it is
    __version__ = ""


def want_same_version(said: Json) -> None:
    """Fails if a service of another version says who it is; before 1.0 minor versions differ too."""
    theirs = str(said.get("version", "of an unknown version"))
    if __version__ and _series(theirs) != _series(__version__):
        raise ServiceFailed(
            f"is Papercloud {theirs}, and the Python package papercloud is {__version__}: "
            "install the one that belongs to the other"
        )


def _series(version: str) -> list[str]:
    """The part of a version that decides which others it gets on with."""
    numbers = version.split(".")
    return numbers[:2] if numbers[0] == "0" else numbers[:1]
