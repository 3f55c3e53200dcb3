"""What goes wrong in a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from .objects import Json, given, objects
from .project import Project

__tracebackhide__ = True


class Faults(Project):
    """The rules of what goes wrong, and the scenario that a project is in."""

    def fail_next(self, operation: str, *, percent: int = 100, reason: str | None = None) -> str:
        """Lets what the next call of an operation starts fail. The name of the rule."""
        return self.fault(operation, first=1, job="fail", percent=percent, reason=reason)

    def fault(
        self,
        operation: str | None = None,
        *,
        id: str | None = None,
        service: str | None = None,
        match: Mapping[str, Any] | None = None,
        first: int | None = None,
        nth: int | None = None,
        every: int | None = None,
        probability: float | None = None,
        while_: Mapping[str, str] | None = None,
        phase: Literal["before", "after"] | None = None,
        status: int | None = None,
        body: Any = ...,
        error: str | None = None,
        error_code: str | None = None,
        message: str | None = None,
        throttle: int | None = None,
        latency_ms: float | Mapping[str, float] | None = None,
        reset: bool = False,
        truncate: bool = False,
        malformed: bool = False,
        slow_body: int | None = None,
        job: Literal["fail", "hold", "succeed"] | None = None,
        percent: int | None = None,
        stage: str | None = None,
        reason: str | None = None,
        seconds: float | None = None,
    ) -> str:
        """Arms a rule: which requests, and what happens to them. Its name, which `id` may give::

            world.fault("CreateDbCacheMapping", first=2, status=503)
            world.fault("ListJobs", throttle=5)
            world.fault("CreateDbCacheMapping", first=1, reset=True, phase="after")

        Which: those of an operation or `service`, with the values of parameters in `match`,
        `while_` a job is in a status ({"operation": "CreateDbCacheMapping", "status": "Running"});
        of these the `first` few, the `nth`, `every` nth, or each with a `probability`.

        What, `latency_ms` beside another or alone, and one of the others:

        - status=503, with `body` or `message`: this answer
        - error="WrongState" or error_code="DBS.200011", with `message`: a documented error
        - throttle=5, with `message`: 429, to come back after 5 seconds
        - latency_ms=200, {"from": 100, "to": 300} or {"median": 50, "p99": 400}: a delay
        - reset, truncate, malformed: a connection that is reset, an answer that breaks off or is no
          JSON; slow_body=2000: one that takes 2,000 milliseconds
        - job="fail", with `percent` or `stage`, and `reason`: what the request starts fails;
          job="hold", with `percent` or `stage`: it stands still; job="succeed": it ends well;
          each with `seconds`, which it takes

        When: in `phase` "before" the operation, or "after" it, when the change is made and its
        answer is lost.
        """
        which = given(
            id=id,
            service=service,
            operation=operation,
            match=match,
            first=first,
            nth=nth,
            every=every,
            probability=probability,
            phase=phase,
            **{"while": while_},
        )
        effect = given(
            status=status,
            error=error,
            error_code=error_code,
            message=message,
            throttle=throttle,
            latency_ms=latency_ms,
            reset=reset or None,
            truncate=truncate or None,
            malformed=malformed or None,
            slow_body=slow_body,
            job=job,
            percent=percent,
            stage=stage,
            reason=reason,
            seconds=seconds,
        )
        # Null is a body too.
        if body is not ...:
            effect["body"] = body
        return str(self._ask("POST", "faults", body={**which, "effect": effect})["id"])

    def faults(self) -> list[Json]:
        """The rules that are armed, in the order in which they are asked, with their `hits`."""
        return objects(self._ask("GET", "faults"), "faults")

    def hits(self, rule: str) -> int:
        """How many requests a rule has hit."""
        return int(self._ask("GET", "faults", rule)["hits"])

    def disarm(self, rule: str) -> None:
        """Takes a rule back."""
        self._ask("DELETE", "faults", rule)

    def disarm_all(self) -> None:
        """Takes all rules back."""
        self._ask("DELETE", "faults")

    # Scenarios

    def choose_scenario(self, name: str) -> None:
        """Lets a named scenario hold for every request of the project."""
        self._ask("PUT", "scenario", body={"name": name})

    def leave_scenario(self) -> None:
        """Lets none hold any more. Its rules are disarmed; the clock stays as it is."""
        self._ask("DELETE", "scenario")

    def scenario(self) -> str | None:
        """The scenario that was chosen."""
        name: str | None = self._ask("GET", "scenario")["name"]
        return name
