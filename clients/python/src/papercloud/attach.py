"""A service that runs already, such as a service container of CI."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from .errors import ServiceFailed
from .service import Service
from .version import want_same_version

__tracebackhide__ = True


def attached() -> Service | None:
    """The service that PAPERCLOUD_URL names, if it does.

    PAPERCLOUD_CONTROL_URL, PAPERCLOUD_CONTROL_TOKEN and PAPERCLOUD_TLS_CERTIFICATE (a file) belong
    to one that was started with --control-port, --control-token or --tls.

    Others may use it too. PAPERCLOUD_SESSION names the worlds of this session's tests; without it
    they have a random name, and go when the session ends.
    """
    url = os.environ.get("PAPERCLOUD_URL")
    if not url:
        return None
    file = os.environ.get("PAPERCLOUD_TLS_CERTIFICATE")
    try:
        certificate = Path(file).read_text() if file else None
    except OSError as error:
        raise ServiceFailed(f"PAPERCLOUD_TLS_CERTIFICATE: {file}: {error.strerror}") from None
    session = os.environ.get("PAPERCLOUD_SESSION")
    service = Service(
        url,
        control_url=os.environ.get("PAPERCLOUD_CONTROL_URL") or None,
        token=os.environ.get("PAPERCLOUD_CONTROL_TOKEN") or None,
        certificate=certificate,
        session=session or secrets.token_hex(16),
    )
    try:
        want_same_version(service.ask("GET", "ready"))
    except ServiceFailed as error:
        raise ServiceFailed(f"PAPERCLOUD_URL: {error}") from None
    if not session:
        service.forget_worlds_at_exit()
    return service
