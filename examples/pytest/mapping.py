"""Creates a memory mapping between two instances, and waits until its job has ended."""

from __future__ import annotations

import sys
import time
from typing import Callable

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException, ConnectionException
from huaweicloudsdkgaussdbfornosql.v3 import (
    CreateDbCacheMappingRequest,
    CreateDbCacheMappingRequestBody,
    GaussDBforNoSQLClient,
    ListDbCacheMappingsRequest,
    ListJobsRequest,
)

ATTEMPTS = 5
SECONDS_BETWEEN_LOOKS = 5

Sleep = Callable[[float], object]


class Failed(Exception):
    """The mapping was not created."""


def client_of(endpoint: str, project_id: str) -> GaussDBforNoSQLClient:
    credentials = BasicCredentials("MOCKACCESSKEY0000001", "any secret key", project_id)
    builder = GaussDBforNoSQLClient.new_builder().with_credentials(credentials)
    return builder.with_endpoint(endpoint).build()


def create(client: GaussDBforNoSQLClient, source: str, target: str, sleep: Sleep = time.sleep) -> None:
    """Creates the mapping once, however often an answer is lost."""
    pair = CreateDbCacheMappingRequestBody(source_instance_id=source, target_instance_id=target)
    for _ in range(ATTEMPTS):
        try:
            started = client.create_db_cache_mapping(CreateDbCacheMappingRequest(body=pair))
        except ClientRequestException as refused:
            if refused.status_code != 429:
                raise
            sleep(5)
        except ConnectionException:
            # Nobody knows whether it was done, so look before asking again.
            if status_of_mapping(client, source, target):
                wait(lambda: status_of_mapping(client, source, target), "creating", "normal", sleep)
                return
        else:
            job = ListJobsRequest(id=started.job_id)
            wait(lambda: client.list_jobs(job).jobs[0].status, "Running", "Completed", sleep)
            return
    raise Failed(f"no answer in {ATTEMPTS} attempts")


def status_of_mapping(client: GaussDBforNoSQLClient, source: str, target: str) -> str | None:
    mappings = client.list_db_cache_mappings(ListDbCacheMappingsRequest(limit=100)).dbcache_mappings
    for mapping in mappings:
        if (mapping.source_instance_id, mapping.target_instance_id) == (source, target):
            return mapping.status
    return None


def wait(status: Callable[[], str | None], during: str, end: str, sleep: Sleep) -> None:
    while (seen := status()) == during:
        sleep(SECONDS_BETWEEN_LOOKS)
    if seen != end:
        raise Failed(f"it ended as {seen}")


if __name__ == "__main__":
    endpoint, project_id, source, target = sys.argv[1:]
    create(client_of(endpoint, project_id), source, target)
