"""What was asked of a project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from . import words
from .errors import JournalIncomplete
from .objects import Json, given, objects
from .project import Project

# How many requests are asked for at once.
PAGE = 1000

__tracebackhide__ = True


class Journal(Project):
    """The requests of a project, checks on them, and the report."""

    def requests(
        self,
        *,
        operation: str | None = None,
        service: str | None = None,
        method: str | None = None,
        status: int | None = None,
        committed: bool | None = None,
        fault: str | None = None,
        match: Mapping[str, Any] | None = None,
        since: str | None = None,
        limit: int | None = None,
        exact: bool = True,
    ) -> list[Json]:
        """The requests of the project that everything given is true of, the oldest first.

        `status` is that of the answer; `committed` are the writes that were carried out; `fault` is
        the rule that made a request go wrong; `match` has values by their paths, such as
        {"source_instance.id": "x", "answer.body.job_id": "y", "headers.x-language": "zh-cn"}.

        `since` the one with this ID, and at most the last `limit`. Where the journal had to drop
        requests, that is an error, unless `exact` is False.
        """
        filters = given(
            operation=operation,
            service=service,
            method=method,
            status=status,
            committed=committed,
            fault=fault,
            since=since,
        )
        filters.update({f"field.{path}": value for path, value in (match or {}).items()})
        query = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in filters.items()
        }
        shown = PAGE if limit is None else limit
        while True:
            answer = self._ask("GET", "requests", query={**query, "limit": str(shown)})
            if limit is not None or answer["count"] <= shown:
                break
            # More of them; and more may come meanwhile.
            shown = answer["count"]
        if exact and not answer["exact"]:
            raise JournalIncomplete(
                f"{answer['dropped']} requests were dropped from the journal of {self.project_id}; "
                "start the service with more --journal-bytes, or take what is left with exact=False"
            )
        return objects(answer, "requests")

    def clear_requests(self) -> None:
        """Forgets the requests, also that any were dropped."""
        self._ask("DELETE", "requests")

    def near_misses(
        self,
        *,
        operation: str | None = None,
        service: str | None = None,
        method: str | None = None,
        status: int | None = None,
        committed: bool | None = None,
        fault: str | None = None,
        match: Mapping[str, Any] | None = None,
    ) -> list[Json]:
        """The requests that differ least from what is given, with their differences."""
        pattern = given(
            operation=operation,
            service=service,
            method=method,
            status=status,
            committed=committed,
            fault=fault,
            match=match,
        )
        return objects(
            self._ask("POST", "requests", "near-misses", body=pattern), "near_misses"
        )

    def verify(
        self,
        *checks: Json,
        name: str | None = None,
        operation: str | None = None,
        service: str | None = None,
        method: str | None = None,
        status: int | None = None,
        committed: bool | None = None,
        fault: str | None = None,
        match: Mapping[str, Any] | None = None,
        exactly: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
        never: bool = False,
        at_most_once_committed: bool = False,
        sequence: list[Json] | None = None,
    ) -> None:
        """Holds a check against the journal, and fails with what came nearest::

            world.verify(operation="CreateDbCacheMapping", match={"backup_id": "x"}, exactly=1)

        A check is about the requests that `requests` would choose. It counts them (`exactly`,
        `at_least`, which is 1 if nothing is said, `at_most`, `never`), finds writes that were
        carried out twice (`at_most_once_committed`), or orders (`sequence`, a list of such choices
        as JSON). `name` is what it is called. Several at once are dictionaries with these words.
        """
        check = given(
            name=name,
            operation=operation,
            service=service,
            method=method,
            status=status,
            committed=committed,
            fault=fault,
            match=match,
            exactly=exactly,
            at_least=at_least,
            at_most=at_most,
            never=never or None,
            at_most_once_committed=at_most_once_committed or None,
            sequence=sequence,
        )
        body = {"checks": [*checks, *([check] if check else [])]}
        findings = self._ask("POST", "requests", "verify", body=body)["checks"]
        failed = [words.finding(finding) for finding in findings if not finding["passed"]]
        if failed:
            raise AssertionError("\n".join(failed))

    def explain(self, request_id: str) -> Json:
        """Which rules a request met, and how it is put right. Answers name it as X-Request-Id."""
        return self.service.explain(request_id)

    def report(self) -> Json:
        """What was left behind, and what a careful client would have done otherwise."""
        return self._ask("GET", "report")

    def assert_clean(self) -> None:
        """Fails if the report has anything to say."""
        report = self.report()
        if not report["clean"]:
            raise AssertionError(words.unclean(report))
