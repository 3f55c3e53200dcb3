"""The official SDK over HTTPS, with the certificate verified as in production."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import SslHandShakeException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkdcs.v2 import DcsClient
from huaweicloudsdkgaussdb.v3 import GaussDBClient
from huaweicloudsdkgaussdbfornosql.v3 import GaussDBforNoSQLClient

from calls import (
    ACCESS_KEY,
    RDS,
    REDIS,
    SECRET_KEY,
    Clients,
    create_db_cache_mapping,
    mappings,
)
from papercloud import Papercloud, World


@pytest.fixture(scope="module")
def certificate_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the service writes its certificate."""
    return tmp_path_factory.mktemp("tls") / "papercloud.pem"


@pytest.fixture(scope="module")
def secured(
    papercloud_flags: tuple[str, ...], certificate_file: Path
) -> Iterator[Papercloud]:
    """A service with a certificate that it has signed itself."""
    flags = ("--tls", "self-signed", "--tls-certificate", str(certificate_file))
    with Papercloud(*papercloud_flags, *flags) as service:
        yield service


@pytest.fixture
def secured_world(secured: Papercloud, request: pytest.FixtureRequest) -> World:
    """The test's project there."""
    return secured.world_of(request.node.nodeid)


def connected(client: Any, url: str, project_id: str, certificate: Path | None) -> Any:
    """A client that trusts the certificate in a file, or whom it usually trusts."""
    config = HttpConfig.get_default_config()
    config.ssl_ca_cert = str(certificate) if certificate else None
    config.retry_times = 0
    assert not config.ignore_ssl_verification
    credentials = BasicCredentials(ACCESS_KEY, SECRET_KEY, project_id)
    builder = client.new_builder().with_http_config(config).with_credentials(credentials)
    return builder.with_endpoint(url).build()


def connect(url: str, project_id: str, certificate: Path | None) -> Clients:
    """One of each."""
    return Clients(
        connected(GaussDBforNoSQLClient, url, project_id, certificate),
        connected(DcsClient, url, project_id, certificate),
        connected(GaussDBClient, url, project_id, certificate),
    )


def test_the_sdk_calls_a_service_whose_certificate_it_is_given(
    secured: Papercloud, secured_world: World, certificate_file: Path
) -> None:
    assert secured.url.startswith("https://127.0.0.1:")
    assert certificate_file.read_text() == secured.certificate
    project = secured_world.project_id
    clients = connect(secured.url, project, certificate_file)
    create_db_cache_mapping(clients, source_instance_id=RDS, target_instance_id=REDIS)
    secured_world.advance(2)
    assert len(mappings(clients)) == 1
    secured_world.verify(operation="CreateDbCacheMapping", exactly=1)


def test_by_its_name_too(
    secured: Papercloud, secured_world: World, certificate_file: Path
) -> None:
    url = secured.url.replace("127.0.0.1", "localhost")
    clients = connect(url, secured_world.project_id, certificate_file)
    create_db_cache_mapping(clients, source_instance_id=RDS, target_instance_id=REDIS)
    secured_world.verify(operation="CreateDbCacheMapping", exactly=1)


def test_the_sdk_refuses_a_certificate_that_it_was_not_given(
    secured: Papercloud, secured_world: World
) -> None:
    clients = connect(secured.url, secured_world.project_id, None)
    with pytest.raises(SslHandShakeException):
        create_db_cache_mapping(clients, source_instance_id=RDS, target_instance_id=REDIS)
    assert secured_world.requests() == []


def test_the_certificate_passes_the_strictest_check_and_http_1_1_is_agreed_on(
    secured: Papercloud,
) -> None:
    context = ssl.create_default_context(cadata=secured.certificate)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.set_alpn_protocols(["h2", "http/1.1"])
    port = int(secured.url.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as stream,
    ):
        assert stream.selected_alpn_protocol() == "http/1.1"
        assert stream.version() == "TLSv1.3"
