"""What can go wrong beside a test's own assertions."""

from __future__ import annotations

__tracebackhide__ = True


class ServiceFailed(RuntimeError):
    """A service cannot be started or reached, or has not ended as it should."""


class Refused(RuntimeError):
    """A control call that is refused. Nothing of it was done."""

    def __init__(self, call: str, status: int, error_code: str, reason: str) -> None:
        super().__init__(call, status, error_code, reason)
        self.call = call
        self.status = status
        self.error_code = error_code
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.reason} ({self.call} answered {self.status} {self.error_code})"


class JournalIncomplete(RuntimeError):
    """Requests were dropped from a journal, so nobody can tell which there were."""
