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
from huaweicloudsdkcore.region.region import Region
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

# What every Papercloud knows unless it is given others: a key; an account, which has a user and a
# password of the same name; and the project that has the name of the region.
ACCESS_KEY = "MOCKACCESSKEY0000001"
SECRET_KEY = "mock-secret-key-0000000000000000000000001"
ACCOUNT = "papercloud"
REGION = "eu-mock-1"
PROJECT = "054e292c9880d4992f02c0196d3ea468"


@dataclass(frozen=True)
class Clients:
    """One client of the SDK for each service."""

    geminidb: GaussDBforNoSQLClient
    dcs: DcsClient
    taurusdb: GaussDBClient

    @classmethod
    def connect(cls, url: str, project_id: str | None = None) -> Clients:
        """Clients as any program makes them; without a project ID, as a forgetful one does."""
        return cls.signing(BasicCredentials(ACCESS_KEY, SECRET_KEY, project_id), url)

    @classmethod
    def signing(cls, credentials: BasicCredentials, place: str | Region) -> Clients:
        """Clients that sign with these credentials."""
        return cls(
            connected(GaussDBforNoSQLClient, credentials, place),
            connected(DcsClient, credentials, place),
            connected(GaussDBClient, credentials, place),
        )


def connected(client: Any, credentials: Any, place: str | Region) -> Any:
    """A client of an address; or of a region, where the SDK looks up what credentials lack."""
    builder = client.new_builder().with_credentials(credentials)
    if isinstance(place, Region):
        return builder.with_region(place).build()
    return builder.with_endpoint(place).build()


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


def create_online_migration_task(clients: Clients, **fields: Any) -> Prepared:
    network = {
        "vpc_id": "7b9d1e3a-2c44-4a5e-9f0b-1d2e3f4a5b6c",
        "subnet_id": "0c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5",
        "security_group_id": "5f6e7d8c-9b0a-4f1e-a2d3-c4b5a6978869",
    }
    body = dcs.CreateOnlineMigrationTaskBody(name="dcs-migration-1db7", **network | fields)
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


# What is done with mappings and relationships afterwards.


def delete_db_cache_mapping(clients: Clients, mapping_id: str) -> str:
    body = geminidb.DeleteDbCacheMappingRequestBody(id=mapping_id)
    request = geminidb.DeleteDbCacheMappingRequest(body=body)
    return clients.geminidb.delete_db_cache_mapping(request).job_id


def create_db_cache_rule(clients: Clients, **fields: Any) -> str:
    body = geminidb.CreateDbCacheRuleRequestBody(**fields)
    request = geminidb.CreateDbCacheRuleRequest(body=body)
    return clients.geminidb.create_db_cache_rule(request).id


def update_db_cache_rule(clients: Clients, **fields: Any) -> Any:
    body = geminidb.UpdateDbCacheRuleRequestBody(**fields)
    request = geminidb.UpdateDbCacheRuleRequest(body=body)
    return clients.geminidb.update_db_cache_rule(request)


def delete_db_cache_rule(clients: Clients, rule_id: str) -> Any:
    body = geminidb.DeleteDbCacheRuleRequestBody(id=rule_id)
    request = geminidb.DeleteDbCacheRuleRequest(body=body)
    return clients.geminidb.delete_db_cache_rule(request)


def rules(clients: Clients, mapping_id: str, **filters: Any) -> list[Any]:
    request = geminidb.ListDbCacheRulesRequest(dbcache_mapping_id=mapping_id, **filters)
    return clients.geminidb.list_db_cache_rules(request).rules


def delete_gemini_db_dual_active(clients: Clients, instance_id: str = CASSANDRA) -> str:
    request = geminidb.DeleteGeminiDbDualActiveRequest(instance_id=instance_id)
    return clients.geminidb.delete_gemini_db_dual_active(request).job_id


def gemini_db_instance(clients: Clients, instance_id: str) -> Any:
    request = geminidb.ListInstancesRequest(id=instance_id)
    [instance] = clients.geminidb.list_instances(request).instances
    return instance


def biactive_regions(clients: Clients, instance_id: str) -> list[str]:
    request = geminidb.ShowInstanceBiactiveRegionsRequest(instance_id=instance_id)
    return clients.geminidb.show_instance_biactive_regions(request).region_codes


def biactive_candidates(clients: Clients, instance_id: str, region: str) -> list[Any]:
    request = geminidb.ListBiactiveInstanceCandidatesRequest(
        instance_id=instance_id, target_region_code=region
    )
    return clients.geminidb.list_biactive_instance_candidates(request).instances


def instance_role(clients: Clients, instance_id: str) -> str:
    request = geminidb.ShowInstanceRoleRequest(instance_id=instance_id)
    return clients.geminidb.show_instance_role(request).role


# What is done with migration tasks afterwards.


def update_migration_task(clients: Clients, task_id: str, **fields: Any) -> Any:
    body = dcs.MigrationUpdateRequestEntity(**fields)
    request = dcs.UpdateMigrationTaskRequest(task_id=task_id, body=body)
    return clients.dcs.update_migration_task(request)


def migration_stats(clients: Clients, task_id: str) -> Any:
    request = dcs.ShowMigrationTaskStatsRequest(task_id=task_id)
    return clients.dcs.show_migration_task_stats(request)


def migration_logs(clients: Clients, task_id: str, **filters: Any) -> list[Any]:
    request = dcs.ListMigrationTaskLogsRequest(task_id=task_id, **filters)
    return clients.dcs.list_migration_task_logs(request).migration_logs


def stop_migration_task(clients: Clients, task_id: str) -> Any:
    return clients.dcs.stop_migration_task(dcs.StopMigrationTaskRequest(task_id=task_id))


def stop_migration_task_sync(clients: Clients, task_id: str) -> Any:
    return clients.dcs.stop_migration_task_sync(dcs.StopMigrationTaskSyncRequest(task_id=task_id))


def batch_stop_migration_tasks(clients: Clients, *task_ids: str) -> list[Any]:
    body = dcs.BatchStopMigrationTasksBody(migration_tasks=list(task_ids))
    request = dcs.BatchStopMigrationTasksRequest(body=body)
    return clients.dcs.batch_stop_migration_tasks(request).migration_tasks


def batch_restart_online_migration_tasks(clients: Clients, *task_ids: str) -> list[Any]:
    body = dcs.BatchRestartOnlineMigrationTasksBody(migration_tasks=list(task_ids))
    request = dcs.BatchRestartOnlineMigrationTasksRequest(body=body)
    return clients.dcs.batch_restart_online_migration_tasks(request).migration_tasks


def exchange_instance_ip(clients: Clients, task_id: str, **fields: Any) -> Any:
    body = dcs.IpExchangeRequest(**fields)
    request = dcs.ExchangeInstanceIpRequest(task_id=task_id, body=body)
    return clients.dcs.exchange_instance_ip(request)


def rollback_exchange_instance_ip(clients: Clients, task_id: str) -> Any:
    request = dcs.RollbackExchangeInstanceIpRequest(task_id=task_id)
    return clients.dcs.rollback_exchange_instance_ip(request)


def delete_migration_tasks(clients: Clients, *task_ids: str) -> list[str]:
    body = dcs.DeleteMigrateTaskRequest(task_id_list=list(task_ids))
    request = dcs.DeleteMigrationTaskRequest(body=body)
    return clients.dcs.delete_migration_task(request).task_id_list


# Instances of DCS and their backups.


def dcs_instance(clients: Clients, instance_id: str) -> Any:
    return clients.dcs.show_instance(dcs.ShowInstanceRequest(instance_id=instance_id))


def copy_instance(clients: Clients, instance_id: str, **fields: Any) -> str:
    body = dcs.BackupInstanceBody(**fields)
    request = dcs.CopyInstanceRequest(instance_id=instance_id, body=body)
    return clients.dcs.copy_instance(request).backup_id


def backups(clients: Clients, instance_id: str) -> dict[str, Any]:
    request = dcs.ListBackupRecordsRequest(instance_id=instance_id)
    records = clients.dcs.list_backup_records(request).backup_record_response
    return {record.backup_id: record for record in records}


# What is done with synchronisations before and afterwards.


def check_click_house_data_base_config(
    clients: Clients, instance_id: str = CLICKHOUSE, **fields: Any
) -> Any:
    body = taurusdb.CheckChDatabaseConfigRequestBody(**fields)
    request = taurusdb.CheckClickHouseDataBaseConfigRequest(instance_id=instance_id, body=body)
    return clients.taurusdb.check_click_house_data_base_config(request)


def check_click_house_table_config(
    clients: Clients, instance_id: str = CLICKHOUSE, **fields: Any
) -> Any:
    body = taurusdb.CheckChDatabaseTableConfigRequestBody(**fields)
    request = taurusdb.CheckClickHouseTableConfigRequest(instance_id=instance_id, body=body)
    return clients.taurusdb.check_click_house_table_config(request)


def replication_config(clients: Clients, database: str, instance_id: str = CLICKHOUSE) -> Any:
    request = taurusdb.ListClickHouseDataBaseReplicationConfigRequest(
        instance_id=instance_id, database_name=database
    )
    return clients.taurusdb.list_click_house_data_base_replication_config(request)


def update_click_house_data_base_config(
    clients: Clients, instance_id: str = CLICKHOUSE, **fields: Any
) -> str:
    body = taurusdb.UpdateChDatabaseConfigRequestBody(**fields)
    request = taurusdb.UpdateClickHouseDataBaseConfigRequest(instance_id=instance_id, body=body)
    return clients.taurusdb.update_click_house_data_base_config(request).job_id


def delete_click_house_data_base_config(
    clients: Clients, database: str, instance_id: str = CLICKHOUSE
) -> str:
    request = taurusdb.DeleteClickHouseDataBaseConfigRequest(
        instance_id=instance_id, database=database
    )
    return clients.taurusdb.delete_click_house_data_base_config(request).job_id


def delete_click_house_data_base_replication(
    clients: Clients, database: str, instance_id: str = CLICKHOUSE
) -> str:
    request = taurusdb.DeleteClickHouseDataBaseReplicationRequest(
        instance_id=instance_id, database_name=database
    )
    return clients.taurusdb.delete_click_house_data_base_replication(request).job_id


def replication_parameters(clients: Clients, instance_id: str = CLICKHOUSE) -> dict[str, Any]:
    request = taurusdb.ListClickHouseDataBaseParameterRequest(instance_id=instance_id)
    listed = clients.taurusdb.list_click_house_data_base_parameter(request).db_parameters
    return {parameter.param_name: parameter for parameter in listed}


def click_house_databases(clients: Clients, instance_id: str = CLICKHOUSE) -> list[str]:
    request = taurusdb.ListClickHouseDataBaseRequest(instance_id=instance_id)
    return clients.taurusdb.list_click_house_data_base(request).databases


# TaurusDB instances, and the jobs of all instances.


def taurus_db_instance(clients: Clients, instance_id: str) -> Any:
    request = taurusdb.ShowGaussMySqlInstanceInfoRequest(instance_id=instance_id)
    return clients.taurusdb.show_gauss_my_sql_instance_info(request).instance


def taurus_db_instances(clients: Clients, **filters: Any) -> list[Any]:
    request = taurusdb.ListGaussMySqlInstancesRequest(**filters)
    return clients.taurusdb.list_gauss_my_sql_instances(request).instances


def taurus_db_databases(clients: Clients, instance_id: str) -> list[str]:
    request = taurusdb.ListGaussMySqlDatabaseRequest(instance_id=instance_id)
    listed = clients.taurusdb.list_gauss_my_sql_database(request).databases
    return [database.name for database in listed]


def immediate_jobs(clients: Clients, **filters: Any) -> dict[str, Any]:
    request = taurusdb.ListImmediateJobsRequest(**filters)
    listed = clients.taurusdb.list_immediate_jobs(request).jobs
    return {job.job_id: job for job in listed}


def delete_task_record(clients: Clients, job_id: str) -> Any:
    return clients.taurusdb.delete_task_record(taurusdb.DeleteTaskRecordRequest(job_id=job_id))


# ClickHouse instances; each stands beside a TaurusDB instance.


def create_click_house_instance(clients: Clients, taurusdb_id: str, **fields: Any) -> Any:
    body = taurusdb.CreateChInstanceRequestBody(**fields)
    request = taurusdb.CreateClickHouseInstanceRequest(instance_id=taurusdb_id, body=body)
    return clients.taurusdb.create_click_house_instance(request)


def click_house_instance(clients: Clients, taurusdb_id: str, instance_id: str) -> Any:
    request = taurusdb.ListClickHouseInstanceRequest(
        instance_id=taurusdb_id, clickhouse_instance_id=instance_id
    )
    return clients.taurusdb.list_click_house_instance(request).instance


def htap_instances(clients: Clients, taurusdb_id: str) -> dict[str, Any]:
    request = taurusdb.ListHtapInstanceInfoRequest(instance_id=taurusdb_id)
    listed = clients.taurusdb.list_htap_instance_info(request).instances
    return {instance.id: instance for instance in listed}


def click_house_nodes(clients: Clients, instance_id: str) -> list[Any]:
    request = taurusdb.ListClickHouseInstanceNodeRequest(instance_id=instance_id)
    return clients.taurusdb.list_click_house_instance_node(request).node_list


def reboot_click_house_instance(clients: Clients, instance_id: str) -> str:
    request = taurusdb.RebootClickHouseInstanceRequest(instance_id=instance_id)
    return clients.taurusdb.reboot_click_house_instance(request).job_id


def delete_click_house_instance(clients: Clients, taurusdb_id: str, instance_id: str) -> str:
    request = taurusdb.DeleteClickHouseInstanceRequest(
        instance_id=taurusdb_id, clickhouse_instance_id=instance_id
    )
    return clients.taurusdb.delete_click_house_instance(request).job_id
