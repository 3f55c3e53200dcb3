"""A project of a service: what the parts of a world have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .objects import Json

if TYPE_CHECKING:
    from .service import Service

__tracebackhide__ = True


class Project:
    """A project of a running service."""

    def __init__(self, service: Service, project_id: str) -> None:
        self.service = service
        self.project_id = project_id

    def _ask(
        self,
        method: str,
        *path: str,
        body: Json | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Json:
        return self.service.ask(method, "worlds", self.project_id, *path, body=body, query=query)
