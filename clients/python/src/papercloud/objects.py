"""What control calls take and answer."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def given(**values: Any) -> Json:
    """The values that are there."""
    return {name: value for name, value in values.items() if value is not None}


def objects(answer: Json, name: str) -> list[Json]:
    """The list in an answer."""
    listed: list[Json] = answer[name]
    return listed
