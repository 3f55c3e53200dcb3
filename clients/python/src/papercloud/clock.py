"""The clock of a project."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Union

from .objects import Json, objects
from .project import Project

Instant = Union[datetime, str]

__tracebackhide__ = True


class Clock(Project):
    """The clock of a project: it runs, or a test moves it."""

    def clock(self) -> Json:
        """The clock: `mode`, `now`, `scale`, `auto_advance`, and `next_event` if there is one."""
        return self._ask("GET", "clock")

    def now(self) -> str:
        """What the clock shows, such as 2026-01-01T00:00:00.000Z."""
        return str(self.clock()["now"])

    def freeze(self, at: Instant | None = None) -> list[Json]:
        """Stops the clock, now or at a later time. What became due by that."""
        return self._turn("freeze", {} if at is None else {"at": _text(at)})

    def resume(self, scale: float = 1) -> None:
        """Lets the clock run, `scale` times as fast as real time."""
        self._ask("POST", "clock", "resume", body={"scale": scale})

    def advance(self, by: float | timedelta) -> list[Json]:
        """Moves the clock forward, by seconds or a duration. What became due by that."""
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        return self._turn("advance", {"seconds": seconds})

    def advance_to(self, instant: Instant) -> list[Json]:
        """Moves the clock forward to an instant. What became due by that."""
        return self._turn("advance", {"to": _text(instant)})

    def advance_to_next_event(self) -> list[Json]:
        """Moves the clock to the next moment at which anything comes to another status."""
        return self._turn("advance", {"to": "next-event"})

    def auto_advance(self, enabled: bool = True) -> None:
        """Lets each look at something unfinished move the clock to the next event."""
        self._ask("POST", "clock", "auto-advance", body={"enabled": enabled})

    def _turn(self, how: str, body: Json) -> list[Json]:
        return objects(self._ask("POST", "clock", how, body=body), "due")


def _text(instant: Instant) -> str:
    if isinstance(instant, str):
        return instant
    if instant.tzinfo is None:
        raise ValueError(f"an instant must have a time zone, got {instant!r}")
    return instant.astimezone(timezone.utc).isoformat()
