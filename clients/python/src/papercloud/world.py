"""A project with everything that a test may do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .clock import Clock
from .faults import Faults
from .jobs import Jobs
from .journal import Journal
from .objects import Json

if TYPE_CHECKING:
    from .service import Service

__tracebackhide__ = True


class World(Clock, Jobs, Faults, Journal):
    """A project of a running service: its clock, its jobs, its faults, and what was asked of it."""

    def __init__(self, service: Service, project_id: str, test: str | None = None) -> None:
        super().__init__(service, project_id)
        # The test that it belongs to, if it is one's own: then it always begins frozen.
        self.test = test

    def __repr__(self) -> str:
        return f"World({self.url!r}, {self.project_id!r})"

    @property
    def url(self) -> str:
        """The endpoint for programs."""
        return self.service.url

    def add_instance(self, **instance: object) -> Json:
        """Makes an instance known at once, such as a world file's; what it is like then::

            world.add_instance(id="2bb234c7175c400aab91de7c62174c0ein12", engine="geminidb-redis")

        Of its `status`, `name`, `region` and the other members, only `id` and `engine` are needed.
        """
        return self._ask("POST", "instances", body=instance)

    def label(self, label: str | None) -> None:
        """Calls the project like its test, for reports."""
        self._ask("PUT", "label", body={"label": label and label[:256]})

    def export(self) -> Json:
        """Everything that decides future answers, for `restore`; the same program reads it back."""
        return self._ask("GET")

    def restore(self, exported: Json) -> None:
        """Puts what was exported in the place of the project's world: the HTTP API's import."""
        self._ask("PUT", body=exported)

    def reset(self) -> None:
        """Forgets everything about the project.

        The project of a test begins again as it began: with its label, and frozen. Any other has no
        label then, and a clock as the service gives it.
        """
        self._ask("DELETE")
        if self.test is not None:
            self.freeze()
            self.label(self.test)
