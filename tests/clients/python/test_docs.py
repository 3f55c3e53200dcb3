"""docs/python.md lists every method, from the docstrings. UPDATE_FIXTURES=1 writes the list anew."""

from __future__ import annotations

import inspect
import os
import re
from pathlib import Path

from papercloud import Papercloud, Service, World

PAGE = Path(__file__).resolve().parents[3] / "docs" / "python.md"
OPEN, CLOSE = "<!-- generated: methods -->\n", "<!-- end -->"


def methods_of(kind: type, *parts: type) -> str:
    """A table of the methods that tests call, in the order of the source."""
    rows = [f"| `{kind.__name__}` | Does |", "| --- | --- |"]
    for part in (*parts, kind):
        for name, method in vars(part).items():
            if not name.startswith("_") and inspect.isfunction(method):
                taken = [word for word in inspect.signature(method).parameters if word != "self"]
                said = (inspect.getdoc(method) or "").partition("\n\n")[0]
                said = re.sub("::$", ".", " ".join(said.split()))
                rows.append(f"| `{name}({', '.join(taken)})` | {said} |")
    return "\n".join(rows)


def test_every_method_is_listed() -> None:
    world = methods_of(World, *World.__bases__)
    listed = "\n\n".join([world, methods_of(Service), methods_of(Papercloud)])
    page = PAGE.read_text()
    before, rest = page.split(OPEN)
    expected = f"{before}{OPEN}{listed}\n{rest[rest.index(CLOSE):]}"
    if os.environ.get("UPDATE_FIXTURES"):
        PAGE.write_text(expected)
    else:
        assert page == expected, "docs/python.md: run UPDATE_FIXTURES=1 pytest tests/clients/python"
