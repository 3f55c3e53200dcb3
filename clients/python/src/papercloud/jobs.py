"""What is under way in a project."""

from __future__ import annotations

from .objects import Json, given, objects
from .project import Project

__tracebackhide__ = True


class Jobs(Project):
    """What is under way, by the IDs of jobs or of what they work on."""

    def jobs(self) -> list[Json]:
        """Everything that is under way, in the order of the next event."""
        return objects(self._ask("GET", "jobs"), "jobs")

    def job(self, job_id: str) -> Json:
        """A job that is under way: how far it has come, and how it is planned to end."""
        return self._ask("GET", "jobs", job_id)

    def finish(self, job_id: str) -> None:
        """Lets it end well now."""
        self._ask("POST", "jobs", job_id, "finish", body={})

    def fail(
        self,
        job_id: str,
        *,
        percent: int | None = None,
        stage: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Lets it fail: now, when it has come to a `percent`, or when a `stage` begins."""
        failure = given(percent=percent, stage=stage, reason=reason)
        self._ask("POST", "jobs", job_id, "fail", body=failure)

    def hold(self, job_id: str) -> None:
        """Lets it stand still until it is released."""
        self._ask("POST", "jobs", job_id, "hold", body={})

    def release(self, job_id: str) -> None:
        """Lets it go on from where it stands still."""
        self._ask("POST", "jobs", job_id, "release", body={})
