"""The official SDK's calls as functions of their fields, made by unmodified clients.

A field that is not given is not sent; the SDK checks nothing before it sends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import huaweicloudsdkdcs.v2 as dcs
import huaweicloudsdkgaussdb.v3 as taurusdb
import huaweicloudsdkgaussdbfornosql.v3 as geminidb
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkdcs.v2 import DcsClient
from huaweicloudsdkgaussdb.v3 import GaussDBClient
from huaweicloudsdkgaussdbfornosql.v3 import GaussDBforNoSQLClient

# The IDs of the documented examples.
RDS = "356cf333ab77413f9d2526605227be08in01"
REDIS = "2bb234c7175c400aab91de7c62174c0ein12"
CASSANDRA = "a4d8ea2584e047439a667703c0684119in06"
TASK = "90754308-a156-406f-a837-8f852f38a646"
DCS_INSTANCE = "cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd"
CLICKHOUSE = "54e42160670e48e789af7075e1efea1fin16"


@dataclass(frozen=True)
class Clients:
    """One client of the SDK for each service."""

    geminidb: GaussDBforNoSQLClient
    dcs: DcsClient
    taurusdb: GaussDBClient

    @classmethod
    def connect(cls, url: str, project_id: str | None = None) -> Clients:
        """Clients as any program makes them; without a project ID, as a forgetful one does."""
        credentials = BasicCredentials("MOCKACCESSKEY0000001", "mock-secret-key", project_id)

        def connected(client: Any) -> Any:
            return client.new_builder().with_credentials(credentials).with_endpoint(url).build()

        return cls(connected(GaussDBforNoSQLClient), connected(DcsClient), connected(GaussDBClient))


# The five documented calls, and the one that creates what the third configures.


def create_db_cache_mapping(clients: Clients, **fields: Any) -> Any:
    body = geminidb.CreateDbCacheMappingRequestBody(**fields)
    request = geminidb.CreateDbCacheMappingRequest(body=body)
    return clients.geminidb.create_db_cache_mapping(request)


def create_gemini_db_dual_active(
    clients: Clients, instance_id: str = CASSANDRA, **fields: Any
) -> Any:
    body = geminidb.DualActiveRequestBody(**fields)
    request = geminidb.CreateGeminiDbDualActiveRequest(instance_id=instance_id, body=body)
    return clients.geminidb.create_gemini_db_dual_active(request)


class Prepared(NamedTuple):
    """A created migration task, and the job that prepares its host."""

    task_id: str
    job_id: str


def create_online_migration_task(clients: Clients) -> Prepared:
    body = dcs.CreateOnlineMigrationTaskBody(
        name="dcs-migration-1db7",
        vpc_id="7b9d1e3a-2c44-4a5e-9f0b-1d2e3f4a5b6c",
        subnet_id="0c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5",
        security_group_id="5f6e7d8c-9b0a-4f1e-a2d3-c4b5a6978869",
    )
    request = dcs.CreateOnlineMigrationTaskRequest(body=body)
    created = clients.dcs.create_online_migration_task(request)
    # The SDK's model has no job_id; the answer has.
    return Prepared(created.instance_id, created.to_json_object()["job_id"])


def set_online_migration_task(clients: Clients, task_id: str = TASK, **fields: Any) -> Any:
    body = dcs.SetOnlineMigrationTaskBody(**fields)
    request = dcs.SetOnlineMigrationTaskRequest(task_id=task_id, body=body)
    return clients.dcs.set_online_migration_task(request)


def create_migration_task(clients: Clients, **fields: Any) -> Any:
    body = dcs.CreateMigrationTaskBody(**fields)
    return clients.dcs.create_migration_task(dcs.CreateMigrationTaskRequest(body=body))


def create_click_house_data_base_replication(
    clients: Clients, instance_id: str = CLICKHOUSE, x_language: str | None = None, **fields: Any
) -> Any:
    request = taurusdb.CreateClickHouseDataBaseReplicationRequest(
        instance_id=instance_id,
        x_language=x_language,
        body=taurusdb.CreateChDatabaseReplicationRequestBody(**fields),
    )
    return clients.taurusdb.create_click_house_data_base_replication(request)


# Where their progress shows.


def gemini_db_jobs(clients: Clients, job_id: str) -> list[Any]:
    return clients.geminidb.list_jobs(geminidb.ListJobsRequest(id=job_id)).jobs


def mappings(clients: Clients, **filters: Any) -> list[Any]:
    request = geminidb.ListDbCacheMappingsRequest(**filters)
    return clients.geminidb.list_db_cache_mappings(request).dbcache_mappings


def dcs_job(clients: Clients, job_id: str) -> Any:
    return clients.dcs.show_job_info(dcs.ShowJobInfoRequest(job_id=job_id))


def task(clients: Clients, task_id: str) -> Any:
    return clients.dcs.show_migration_task(dcs.ShowMigrationTaskRequest(task_id=task_id))


def tasks(clients: Clients) -> dict[str, Any]:
    listed = clients.dcs.list_migration_task(dcs.ListMigrationTaskRequest()).migration_tasks
    return {task.task_id: task for task in listed}


def taurus_db_job(clients: Clients, job_id: str) -> Any:
    request = taurusdb.ShowGaussMySqlJobInfoRequest(id=job_id)
    return clients.taurusdb.show_gauss_my_sql_job_info(request).job


def replications(clients: Clients, instance_id: str = CLICKHOUSE) -> list[Any]:
    request = taurusdb.ListClickHouseDataBaseReplicationRequest(instance_id=instance_id)
    return clients.taurusdb.list_click_house_data_base_replication(request).replications
