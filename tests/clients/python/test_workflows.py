"""Whole workflows, from what creates a thing to what deletes it, made by the official SDK.

The service looks at every signature here, so what the SDK signs has to hold, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import huaweicloudsdkdcs.v2 as dcs
import huaweicloudsdkgaussdb.v3 as taurusdb
import huaweicloudsdkiam.v3 as iam
import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials, Credentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import SdkException
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkiam.v3 import IamClient

from calls import (
    ACCESS_KEY,
    ACCOUNT,
    CASSANDRA,
    CLICKHOUSE,
    DCS_INSTANCE,
    PROJECT,
    RDS,
    REDIS,
    REGION,
    SECRET_KEY,
    Clients,
    backups,
    batch_restart_online_migration_tasks,
    batch_stop_migration_tasks,
    biactive_candidates,
    biactive_regions,
    check_click_house_data_base_config,
    check_click_house_table_config,
    click_house_databases,
    click_house_instance,
    click_house_nodes,
    connected,
    copy_instance,
    create_click_house_data_base_replication,
    create_click_house_instance,
    create_db_cache_mapping,
    create_db_cache_rule,
    create_gemini_db_dual_active,
    create_migration_task,
    create_online_migration_task,
    dcs_instance,
    dcs_job,
    delete_click_house_data_base_config,
    delete_click_house_data_base_replication,
    delete_click_house_instance,
    delete_db_cache_mapping,
    delete_db_cache_rule,
    delete_gemini_db_dual_active,
    delete_migration_tasks,
    delete_task_record,
    exchange_instance_ip,
    gemini_db_instance,
    gemini_db_jobs,
    htap_instances,
    immediate_jobs,
    instance_role,
    mappings,
    migration_logs,
    migration_stats,
    reboot_click_house_instance,
    replication_config,
    replication_parameters,
    replications,
    rollback_exchange_instance_ip,
    rules,
    set_online_migration_task,
    stop_migration_task,
    stop_migration_task_sync,
    task,
    tasks,
    taurus_db_databases,
    taurus_db_instance,
    taurus_db_instances,
    taurus_db_job,
    update_click_house_data_base_config,
    update_db_cache_rule,
    update_migration_task,
)
from papercloud import Papercloud, World
from test_five_calls import (
    A_JOB,
    HALF_OF_A_JOB,
    INCREMENTAL,
    OTHER_CASSANDRA,
    TAURUSDB,
    import_to,
    migration_to,
    refusal,
)

OTHER_DCS_INSTANCE = "d2c8399f-bdba-43c1-8069-3ff17a1a79d5"

TOO_LONG_FOR_A_SIGNATURE = 16 * 60

Status = Callable[[], str]


@pytest.fixture(scope="session")
def papercloud(verifying: Papercloud) -> Papercloud:
    """The service that looks at signatures."""
    return verifying


def poll(world: World, status: Status, *pending: str) -> str:
    """Looks again and again while a status is one of these, and returns the first other one.

    Between two looks time passes for the project, not for the test.
    """
    for _ in range(2 * A_JOB):
        seen = status()
        if seen not in pending:
            return seen
        world.advance(HALF_OF_A_JOB)
    raise TimeoutError(f"the status is still {seen}")


# --------------------------------------------------------------------------------------------------
# GeminiDB


def gemini_db_job_ends(clients: Clients, world: World, job_id: str) -> str:
    def status() -> str:
        [job] = gemini_db_jobs(clients, job_id)
        return job.status

    return poll(world, status, "Running")


def test_a_memory_mapping_with_its_rules(clients: Clients, world: World) -> None:
    created = create_db_cache_mapping(clients, source_instance_id=RDS, target_instance_id=REDIS)
    assert gemini_db_job_ends(clients, world, created.job_id) == "Completed"
    [mapping] = mappings(clients)
    assert mapping.status == "normal"

    students = rule_of("students")
    student_rule = create_db_cache_rule(clients, dbcache_mapping_id=mapping.id, **students)
    teachers = rule_of("teachers")
    teacher_rule = create_db_cache_rule(clients, dbcache_mapping_id=mapping.id, **teachers)
    [found] = rules(clients, mapping.id, rule_name="*tudent")
    a_month = "2592000000"
    shown = {"id": student_rule, "status": "normal", "ttl": a_month} | students
    assert found.to_dict() == shown
    assert mappings(clients, id=mapping.id)[0].rule_count == 2

    update_db_cache_rule(
        clients, dbcache_rule_id=student_rule, value_columns=["name", "age"], ttl="-1"
    )
    [changed] = rules(clients, mapping.id, rule_id=student_rule)
    assert (changed.value_columns, changed.ttl) == (["name", "age"], "-1")
    delete_db_cache_rule(clients, student_rule)
    assert [rule.id for rule in rules(clients, mapping.id)] == [teacher_rule]

    job_id = delete_db_cache_mapping(clients, mapping.id)
    assert mappings(clients, id=mapping.id)[0].status == "deleting"
    assert gemini_db_job_ends(clients, world, job_id) == "Completed"
    assert mappings(clients) == rules(clients, mapping.id) == []
    refused = refusal(delete_db_cache_mapping, clients, mapping.id)
    assert (refused.status_code, refused.error_code) == (400, "DBS.03050010")


def rule_of(table: str) -> dict[str, Any]:
    """The fields of a rule that caches a table."""
    return {
        "name": table,
        "source_db_schema": "school",
        "source_db_table": table,
        "storage_type": "hash",
        "target_database": "0",
        "key_columns": ["id"],
        "value_columns": ["name"],
        "key_separator": ":",
        "value_separator": "_",
        "key_prefix": f"school:{table}",
    }


def test_active_active_instances_until_they_are_released(clients: Clients, world: World) -> None:
    pair = {
        CASSANDRA: (OTHER_CASSANDRA, "ap-southeast-1"),
        OTHER_CASSANDRA: (CASSANDRA, REGION),
    }
    created = create_gemini_db_dual_active(
        clients, destination_region="ap-southeast-1", destination_instance_id=OTHER_CASSANDRA
    )
    for instance_id in pair:
        building = gemini_db_instance(clients, instance_id)
        assert len(building.actions) == 1
        assert building.dual_active_info is None
    assert gemini_db_job_ends(clients, world, created.job_id) == "Completed"
    for instance_id, other in pair.items():
        built = gemini_db_instance(clients, instance_id)
        assert (built.status, built.actions) == ("normal", [])
        info = built.dual_active_info
        assert info.status == "normal"
        assert (info.destination_instance_id, info.destination_region) == other
        assert info.role == instance_role(clients, instance_id)
    assert biactive_candidates(clients, CASSANDRA, "ap-southeast-1") == []

    job_id = delete_gemini_db_dual_active(clients)
    assert gemini_db_job_ends(clients, world, job_id) == "Completed"
    for instance_id in pair:
        released = gemini_db_instance(clients, instance_id)
        assert (released.dual_active_info, released.actions) == (None, [])
    assert "ap-southeast-1" in biactive_regions(clients, CASSANDRA)
    [candidate] = biactive_candidates(clients, CASSANDRA, "ap-southeast-1")
    assert (candidate.id, candidate.status) == (OTHER_CASSANDRA, "normal")
    refused = refusal(delete_gemini_db_dual_active, clients)
    assert (refused.status_code, refused.error_code) == (400, "DBS.03000001")


# --------------------------------------------------------------------------------------------------
# DCS


def prepared_task(clients: Clients, world: World) -> str:
    """A migration task that waits for its configuration."""
    task_id, job_id = create_online_migration_task(clients)
    status = poll(world, lambda: dcs_job(clients, job_id).status, "INIT", "RUNNING")
    assert status == "SUCCESS"
    assert task(clients, task_id).status == tasks(clients)[task_id].status == "RUNNING"
    return task_id


def following_task(clients: Clients, world: World) -> str:
    """A migration task between two instances that follows its source."""
    task_id = prepared_task(clients, world)
    between = migration_to(DCS_INSTANCE, "incremental_migration") | {
        "source_instance": dcs.ConfigMigrationInstanceBody(id=OTHER_DCS_INSTANCE)
    }
    set_online_migration_task(clients, task_id, **between)
    assert task_ends(clients, world, task_id) == INCREMENTAL
    return task_id


def task_ends(clients: Clients, world: World, task_id: str) -> str:
    pending = ("FULLMIGRATING", "MIGRATING", "TERMINATING")
    return poll(world, lambda: task(clients, task_id).status, *pending)


def assert_gone(clients: Clients, task_id: str) -> None:
    assert task_id not in tasks(clients)
    refused = refusal(task, clients, task_id)
    assert (refused.status_code, refused.error_code) == (400, "DCS.4133")


def test_an_online_migration_first_full_then_incremental(clients: Clients, world: World) -> None:
    task_id = prepared_task(clients, world)
    set_online_migration_task(clients, task_id, **migration_to(DCS_INSTANCE))
    world.advance(HALF_OF_A_JOB)
    half = migration_stats(clients, task_id)
    assert (half.full_migration_progress, half.is_migrating) == ("50", True)
    assert task_ends(clients, world, task_id) == "SUCCESS"

    incremental = migration_to(DCS_INSTANCE, "incremental_migration")
    set_online_migration_task(clients, task_id, **incremental)
    assert task(clients, task_id).status == "FULLMIGRATING"
    assert task_ends(clients, world, task_id) == INCREMENTAL
    update_migration_task(clients, task_id, resume_mode="manual")
    assert task(clients, task_id).resume_mode == "manual"
    following = migration_stats(clients, task_id)
    assert (following.full_migration_progress, following.is_migrating) == ("100", True)

    logs = migration_logs(clients, task_id)
    assert logs == sorted(logs, key=lambda entry: entry.created_at, reverse=True)
    assert {entry.log_level for entry in logs} == {"INFO"}
    assert migration_logs(clients, task_id, log_level="ERROR") == []
    assert migration_logs(clients, task_id, offset=1, limit=1) == logs[1:2]

    refused = refusal(delete_migration_tasks, clients, task_id)
    assert (refused.status_code, refused.error_code) == (400, "DCS.4957")
    assert stop_migration_task(clients, task_id).status == "TERMINATING"
    assert task_ends(clients, world, task_id) == "TERMINATED"
    assert migration_stats(clients, task_id).is_migrating is False
    assert delete_migration_tasks(clients, task_id) == [task_id]
    assert_gone(clients, task_id)


def test_an_online_migration_whose_addresses_are_switched_and_switched_back(
    clients: Clients, world: World
) -> None:
    task_id = following_task(clients, world)

    def task_status() -> str:
        return task(clients, task_id).task_status

    refused = refusal(rollback_exchange_instance_ip, clients, task_id)
    assert (refused.status_code, refused.error_code) == (400, "DCS.4990")
    exchange_instance_ip(clients, task_id, exchanged_ip=[], is_exchange_domain=True)
    assert task_status() == "EXCHANGING"
    assert poll(world, task_status, "EXCHANGING") == "EXCHANGE_SUCCESS"
    assert migration_stats(clients, task_id).is_migrating is False
    rollback_exchange_instance_ip(clients, task_id)
    underway = task_status()
    assert underway != "EXCHANGE_SUCCESS"
    assert poll(world, task_status, underway) == "ROLLBACK_SUCCESS"
    delete_migration_tasks(clients, task_id)
    assert_gone(clients, task_id)


def test_online_migrations_stopped_and_restarted_by_the_batch(
    clients: Clients, world: World
) -> None:
    both = [following_task(clients, world), following_task(clients, world)]
    waiting = prepared_task(clients, world)

    stopped = batch_stop_migration_tasks(clients, *both, waiting)
    assert [one.task_id for one in stopped] == [*both, waiting]
    assert [one.result for one in stopped] == ["success", "success", "failed"]
    assert (stopped[-1].error_code, stopped[0].error_code) == ("DCS.4026", None)
    for task_id in both:
        assert task_ends(clients, world, task_id) == "TERMINATED"

    restarted = batch_restart_online_migration_tasks(clients, *both)
    assert [one.result for one in restarted] == ["success", "success"]
    for task_id in both:
        assert tasks(clients)[task_id].status == "FULLMIGRATING"
    for task_id in both:
        assert task_ends(clients, world, task_id) == INCREMENTAL

    for task_id in both:
        stop_migration_task_sync(clients, task_id)
        assert task(clients, task_id).status == "TERMINATED"
    assert delete_migration_tasks(clients, *both, waiting) == [*both, waiting]
    assert tasks(clients) == {}


def test_an_import_of_a_backup_that_was_made_before(clients: Clients, world: World) -> None:
    # An instance is known from the first task that is about it.
    import_of_a_file = create_migration_task(clients, **import_to(DCS_INSTANCE)).id
    assert task_ends(clients, world, import_of_a_file) == "SUCCESS"
    assert dcs_instance(clients, DCS_INSTANCE).status == "RUNNING"

    backup_id = copy_instance(clients, DCS_INSTANCE, remark="on Monday", backup_format="rdb")

    def backup_status() -> str:
        return backups(clients, DCS_INSTANCE)[backup_id].status

    assert poll(world, backup_status, "waiting", "backuping") == "succeed"
    backup = backups(clients, DCS_INSTANCE)[backup_id]
    assert (backup.remark, backup.backup_format) == ("on Monday", "rdb")
    assert (backup.instance_id, backup.is_support_restore) == (DCS_INSTANCE, "TRUE")

    body = import_to(DCS_INSTANCE) | {
        "backup_files": dcs.BackupFilesBody(file_source="backup_record", backup_id=backup_id)
    }
    created = create_migration_task(clients, **body)
    assert created.status == "MIGRATING"
    assert task_ends(clients, world, created.id) == "SUCCESS"
    imported = task(clients, created.id)
    assert imported.backup_files.file_source == "backup_record"
    assert imported.backup_files.backup_id == backup_id
    assert set(tasks(clients)) == {import_of_a_file, created.id}
    delete_migration_tasks(clients, created.id)
    assert_gone(clients, created.id)
    assert set(tasks(clients)) == {import_of_a_file}


# --------------------------------------------------------------------------------------------------
# TaurusDB


def taurus_db_job_ends(clients: Clients, world: World, job_id: str) -> str:
    return poll(world, lambda: taurus_db_job(clients, job_id).status, "Pending", "Running")


def synchronised(clients: Clients, world: World, database: str) -> None:
    """Synchronises a database, and so makes both of its instances known."""
    created = create_click_house_data_base_replication(
        clients, source_instance_id=TAURUSDB, source_database=database
    )
    assert taurus_db_job_ends(clients, world, created.job_id) == "Completed"


def test_a_synchronisation_of_checked_tables(clients: Clients, world: World) -> None:
    synchronised(clients, world, "known")
    assert replication_parameters(clients)["max_sync_threads"].default_value == "1"
    tables = taurusdb.ChDatabaseTableReplConfigInfo(
        repl_type="white_list", tables=["orders", "items"]
    )
    scope = {
        "source_instance_id": TAURUSDB,
        "source_database_name": "shop",
        "db_configs": [taurusdb.ChDatabaseConfigsInfo(param_name="max_sync_threads", value="2")],
        "table_repl_config": tables,
    }
    [parameter] = check_click_house_data_base_config(clients, **scope).db_config_check_results
    assert (parameter.param_name, parameter.check_result) == ("max_sync_threads", "success")
    by_id = taurusdb.ChDatabaseTablesConfigsInfo(table_name="orders", table_config="ORDER BY (id)")
    checked = check_click_house_table_config(clients, tables_configs=[by_id], **scope)
    assert [one.check_result for one in checked.table_config_check_results] == ["success"]

    created = create_click_house_data_base_replication(
        clients, source_instance_id=TAURUSDB, source_database="shop"
    )
    assert taurus_db_job_ends(clients, world, created.job_id) == "Completed"
    shop = {one.source_database: one for one in replications(clients)}["shop"]
    assert (shop.status, shop.stage, shop.percentage) == ("normal", "Incremental", "100")
    assert set(click_house_databases(clients)) == {"known", "shop"}
    assert set(taurus_db_databases(clients, TAURUSDB)) == {"known", "shop"}
    shown = replication_config(clients, "shop")
    assert shown.source_instance_id == TAURUSDB
    assert shown.table_repl_config == tables
    [parameter] = shown.database_info.db_config_check_results
    assert (parameter.param_name, parameter.value) == ("max_sync_threads", "2")
    [orders] = shown.table_infos
    assert (orders.table_name, orders.table_config) == ("orders", "ORDER BY (id)")

    more = {
        "source_instance_id": TAURUSDB,
        "database": "shop",
        "value": '{"white_list":"orders,items,customers"}',
    }
    update_click_house_data_base_config(clients, **more)
    assert replication_config(clients, "shop").is_tables_change is True
    delete_click_house_data_base_config(clients, "shop")
    world.advance(A_JOB)
    assert replication_config(clients, "shop").table_repl_config == tables
    job_id = update_click_house_data_base_config(clients, **more)
    assert taurus_db_job_ends(clients, world, job_id) == "Completed"
    changed = replication_config(clients, "shop")
    assert changed.is_tables_change is False
    assert changed.table_repl_config.tables == ["orders", "items", "customers"]

    job_id = delete_click_house_data_base_replication(clients, "shop")
    assert taurus_db_job_ends(clients, world, job_id) == "Completed"
    assert [one.source_database for one in replications(clients)] == ["known"]
    assert click_house_databases(clients) == ["known"]
    refused = refusal(replication_config, clients, "shop")
    assert (refused.status_code, refused.error_code) == (400, "DBS.270022")

    ended = immediate_jobs(clients, status="Completed")
    assert {job_id, created.job_id} <= set(ended)
    delete_task_record(clients, job_id)
    assert set(immediate_jobs(clients)) == set(ended) - {job_id}
    # The path is also GeminiDB's, which lists no job where TaurusDB refuses; here no host says who
    # is asked.
    assert taurus_db_job(clients, job_id) is None


# The SDK has newer versions of two of its methods.
@pytest.mark.filterwarnings("ignore:Method .* is deprecated:DeprecationWarning")
def test_a_click_house_instance_from_its_order_to_its_end(clients: Clients, world: World) -> None:
    synchronised(clients, world, "known")
    [beside] = taurus_db_instances(clients, datastore_type="gaussdb-mysql")
    assert beside.id == taurus_db_instance(clients, TAURUSDB).id == TAURUSDB
    ordered = create_click_house_instance(
        clients,
        TAURUSDB,
        name="click-house-1",
        engine=taurusdb.ClickHouseEngineInfo(type="click-house", version="23"),
        ha=taurusdb.CreateChInstanceRequestBodyHa(mode="Single"),
        flavor_id="gaussdb.clickhouse.xlarge.x86.4",
        db_root_pwd="Only-4-Tests",
        az_mode="single",
        volume=taurusdb.CreateChInstanceRequestBodyVolume(io_type="SSD", capacity_in_gb=50),
        az_code="eu-mock-1a",
        tags_info=taurusdb.CreateChInstanceRequestBodyTagsInfo(sys_tags=[]),
    )
    instance_id = ordered.instance.id
    assert (ordered.instance.name, ordered.instance.status) == ("click-house-1", "creating")
    assert click_house_instance(clients, TAURUSDB, instance_id).status == "creating"
    assert taurus_db_job_ends(clients, world, ordered.job_id) == "Completed"

    shown = click_house_instance(clients, TAURUSDB, instance_id)
    assert (shown.id, shown.name, shown.status) == (instance_id, "click-house-1", "normal")
    listed = htap_instances(clients, TAURUSDB)
    assert set(listed) == {CLICKHOUSE, instance_id}
    assert listed[instance_id].instance_state.instance_status == "normal"
    [node] = click_house_nodes(clients, instance_id)
    assert node.role == "master"
    assert [one.id for group in shown.groups for one in group.nodes] == [node.node_id]

    job_id = reboot_click_house_instance(clients, instance_id)
    assert len(click_house_instance(clients, TAURUSDB, instance_id).actions) == 1
    assert taurus_db_job_ends(clients, world, job_id) == "Completed"
    assert click_house_instance(clients, TAURUSDB, instance_id).actions == []

    job_id = delete_click_house_instance(clients, TAURUSDB, instance_id)
    assert taurus_db_job_ends(clients, world, job_id) == "Completed"
    assert set(htap_instances(clients, TAURUSDB)) == {CLICKHOUSE}
    refused = refusal(click_house_instance, clients, TAURUSDB, instance_id)
    assert (refused.status_code, refused.error_code) == (400, "DBS.05000044")


# --------------------------------------------------------------------------------------------------
# IAM, and what the SDK looks up there


@pytest.fixture
def nothing_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK remembers for the whole process what it looked up; let it look again."""
    monkeypatch.setattr(Credentials, "_CACHE", {})


@pytest.fixture
def region(papercloud: Papercloud) -> Region:
    """The region, as a program describes one that the SDK does not know."""
    return Region(REGION, papercloud.url)


@pytest.mark.usefixtures("nothing_looked_up")
def test_what_iam_knows_of_the_account_and_a_log_in(papercloud: Papercloud, region: Region) -> None:
    credentials = GlobalCredentials(ACCESS_KEY, SECRET_KEY).with_iam_endpoint(papercloud.url)
    client = connected(IamClient, credentials, region)
    [account] = client.keystone_list_auth_domains(iam.KeystoneListAuthDomainsRequest()).domains
    assert (account.id, account.name, account.enabled) == (credentials.domain_id, ACCOUNT, True)

    by_name = iam.KeystoneListProjectsRequest(name=REGION)
    [project] = client.keystone_list_projects(by_name).projects
    assert (project.id, project.name) == (PROJECT, REGION)
    assert (project.domain_id, project.enabled) == (account.id, True)
    own = client.keystone_list_auth_projects(iam.KeystoneListAuthProjectsRequest()).projects
    assert PROJECT in [one.id for one in own]
    by_id = iam.KeystoneShowProjectRequest(project_id=PROJECT)
    assert client.keystone_show_project(by_id).project.name == REGION
    nowhere = iam.KeystoneListProjectsRequest(name="no-such-region-1")
    assert client.keystone_list_projects(nowhere).projects == []

    regions = client.keystone_list_regions(iam.KeystoneListRegionsRequest()).regions
    assert REGION in [region.id for region in regions]

    catalog = client.keystone_show_catalog(iam.KeystoneShowCatalogRequest()).catalog
    assert {"identity", "dcs", "geminidb", "gaussdb-mysql"} <= {entry.type for entry in catalog}
    for entry in catalog:
        [endpoint] = entry.endpoints
        assert (endpoint.interface, endpoint.region) == ("public", REGION)
        assert f"{endpoint.url}/".startswith(f"{papercloud.url}/")

    issued = log_in(client, ACCOUNT)
    assert (issued.token.project.id, issued.token.user.name) == (PROJECT, ACCOUNT)
    assert issued.token.methods == ["password"]
    looked_at = client.keystone_validate_token(
        iam.KeystoneValidateTokenRequest(x_subject_token=issued.x_subject_token)
    )
    assert looked_at.token.expires_at == issued.token.expires_at > issued.token.issued_at
    refused = refusal(log_in, client, "another password")
    assert refused.status_code == 401


def log_in(client: IamClient, password: str) -> Any:
    """A token for the project that has the region's name."""
    user = iam.PwdPasswordUser(
        domain=iam.PwdPasswordUserDomain(name=ACCOUNT), name=ACCOUNT, password=password
    )
    auth = iam.PwdAuth(
        identity=iam.PwdIdentity(methods=["password"], password=iam.PwdPassword(user=user)),
        scope=iam.AuthScope(project=iam.AuthScopeProject(name=REGION)),
    )
    body = iam.KeystoneCreateUserTokenByPasswordRequestBody(auth=auth)
    request = iam.KeystoneCreateUserTokenByPasswordRequest(body=body)
    return client.keystone_create_user_token_by_password(request)


@pytest.mark.usefixtures("nothing_looked_up")
def test_a_project_that_is_not_named_is_looked_up_by_its_region(
    papercloud: Papercloud, region: Region
) -> None:
    credentials = BasicCredentials(ACCESS_KEY, SECRET_KEY).with_iam_endpoint(papercloud.url)
    by_region = Clients.signing(credentials, region)
    assert credentials.project_id == PROJECT
    created = create_db_cache_mapping(by_region, source_instance_id=RDS, target_instance_id=REDIS)
    by_project = Clients.connect(papercloud.url, PROJECT)
    assert [job.id for job in gemini_db_jobs(by_project, created.job_id)] == [created.job_id]
    assert tasks(by_region) == tasks(by_project)


@pytest.mark.usefixtures("nothing_looked_up")
@pytest.mark.parametrize("kind", [BasicCredentials, GlobalCredentials])
def test_with_a_wrong_secret_key_nothing_is_looked_up(
    papercloud: Papercloud, region: Region, kind: type[Credentials]
) -> None:
    credentials = kind(ACCESS_KEY, "another secret key").with_iam_endpoint(papercloud.url)
    with pytest.raises(SdkException, match="401.*verify aksk signature fail"):
        connected(IamClient, credentials, region)


# --------------------------------------------------------------------------------------------------
# Signatures that do not hold


@pytest.mark.parametrize("call", [mappings, tasks, replications])
@pytest.mark.parametrize(
    ("access_key", "secret_key", "said"),
    [
        (ACCESS_KEY, "another secret key", "verify aksk signature fail"),
        ("ANOTHERACCESSKEY0001", SECRET_KEY, "ak:ANOTHERACCESSKEY0001,err:ak not exist"),
    ],
    ids=["a wrong secret key", "an unknown access key"],
)
def test_a_key_that_is_not_known_is_refused(
    papercloud: Papercloud,
    world: World,
    call: Callable[[Clients], Any],
    access_key: str,
    secret_key: str,
    said: str,
) -> None:
    credentials = BasicCredentials(access_key, secret_key, world.project_id)
    refused = refusal(call, Clients.signing(credentials, papercloud.url))
    assert (refused.status_code, refused.error_code) == (401, "APIGW.0301")
    assert said in refused.error_msg
    assert secret_key not in refused.error_msg


def test_a_signature_is_too_old_16_minutes_later(clients: Clients, world: World) -> None:
    assert mappings(clients) == []
    world.advance(TOO_LONG_FOR_A_SIGNATURE)
    refused = refusal(mappings, clients)
    assert (refused.status_code, refused.error_code) == (401, "APIGW.0301")
    assert "behind the project's clock" in refused.error_msg
