"""The five documented calls, made and polled to their end by the official SDK, unmodified.

First what all five have in common, each of them being a `Course`; then a section for each call,
under the title of its page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import huaweicloudsdkdcs.v2 as dcs
import huaweicloudsdkgaussdbfornosql.v3 as geminidb
import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException

from calls import (
    CASSANDRA,
    CLICKHOUSE,
    DCS_INSTANCE,
    RDS,
    REDIS,
    TASK,
    Clients,
    create_click_house_data_base_replication,
    create_db_cache_mapping,
    create_gemini_db_dual_active,
    create_migration_task,
    create_online_migration_task,
    dcs_job,
    gemini_db_jobs,
    mappings,
    replications,
    set_online_migration_task,
    task,
    tasks,
    taurus_db_job,
)
from papercloud import Papercloud, World

# A job takes two seconds of its project's clock: conftest.py says so to the service.
HALF_OF_A_JOB = 1
A_JOB = 2
AN_HOUR = 3600

# What an incremental migration comes to, in the spelling that Terraform waits for; the documents
# write INCRMIGRATING.
INCREMENTAL = "INCRMIGEATING"

TAURUSDB = "b9f1d2a2c5e84f0f9a3c7d1e5b6a8c04in07"
OTHER_CASSANDRA = "c1e7a80f3b6d4c5c8d9e2f1a0b3c4d5ein06"

DASHED_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PLAIN_UUID = r"[0-9a-f]{32}"


def refusal(call: Callable[..., Any], *arguments: Any, **fields: Any) -> ClientRequestException:
    """What the SDK raises when the service refuses a call; it always has a request ID."""
    with pytest.raises(ClientRequestException) as caught:
        call(*arguments, **fields)
    assert re.fullmatch(PLAIN_UUID, caught.value.request_id)
    return caught.value


# --------------------------------------------------------------------------------------------------
# What the five calls have in common


class Seen(NamedTuple):
    """What a look-up shows: the status, and why it failed if it did."""

    status: str
    reason: str


Look = Callable[[], Seen]


def begin_mapping(clients: Clients, source: str) -> Look:
    started = create_db_cache_mapping(clients, source_instance_id=source, target_instance_id=REDIS)
    return gemini_db_look(clients, started.job_id)


def begin_dual_active(clients: Clients, instance: str) -> Look:
    started = create_gemini_db_dual_active(
        clients,
        instance,
        destination_region="ap-southeast-1",
        destination_instance_id=OTHER_CASSANDRA,
    )
    return gemini_db_look(clients, started.job_id)


def begin_online_migration(clients: Clients, target: str) -> Look:
    started = set_online_migration_task(clients, **migration_to(target))
    return task_look(clients, started.id)


def begin_import(clients: Clients, target: str) -> Look:
    return task_look(clients, create_migration_task(clients, **import_to(target)).id)


def begin_replication(clients: Clients, instance: str) -> Look:
    started = create_click_house_data_base_replication(
        clients, instance, source_instance_id=TAURUSDB, source_database="orders"
    )

    def look() -> Seen:
        job = taurus_db_job(clients, started.job_id)
        return Seen(job.status, job.fail_reason)

    return look


def gemini_db_look(clients: Clients, job_id: str) -> Look:
    def look() -> Seen:
        [job] = gemini_db_jobs(clients, job_id)
        return Seen(job.status, job.fail_reason)

    return look


def task_look(clients: Clients, task_id: str) -> Look:
    def look() -> Seen:
        listed = tasks(clients)[task_id]
        assert listed.status == task(clients, task_id).status
        return Seen(listed.status, listed.error_message or "")

    return look


def migration_to(target: str, method: str = "full_amount_migration") -> dict[str, Any]:
    """The fields that configure a migration into an instance."""
    return {
        "migration_method": method,
        "resume_mode": "auto",
        "bandwidth_limit_mb": "123",
        "source_instance": dcs.ConfigMigrationInstanceBody(
            addrs="192.168.1.1:6379,192.168.0.0:6379", password="source-secret"
        ),
        "target_instance": dcs.ConfigMigrationInstanceBody(id=target),
    }


def import_to(target: str) -> dict[str, Any]:
    """The fields that import a file into an instance."""
    return {
        "task_name": "migration1",
        "description": "Test",
        "migration_type": "backupfile_import",
        "migration_method": "full_amount_migration",
        "backup_files": dcs.BackupFilesBody(
            file_source="self_build_obs",
            bucket_name="backups",
            files=[dcs.Files(file_name="monday.rdb", size="754.0MB")],
        ),
        "target_instance": dcs.TargetInstanceBody(id=target, name="dcs-test", password="secret"),
    }


@dataclass(frozen=True, kw_only=True)
class Course:
    """How a call is begun, the statuses that follow, and the codes of two refusals."""

    begin: Callable[[Clients, str], Look]
    instance_id: str
    underway: str
    done: str
    failed: str
    unknown_instance: str
    no_project: str

    def instance(self, digits: str = "") -> str:
        """The ID of the instance, with digits in place of its first ones."""
        return digits + self.instance_id[len(digits) :]


COURSES = {
    "create_db_cache_mapping": Course(
        begin=begin_mapping,
        instance_id=RDS,
        underway="Running",
        done="Completed",
        failed="Failed",
        unknown_instance="DBS.200002",
        no_project="DBS.280408",
    ),
    "create_gemini_db_dual_active": Course(
        begin=begin_dual_active,
        instance_id=CASSANDRA,
        underway="Running",
        done="Completed",
        failed="Failed",
        unknown_instance="DBS.200002",
        no_project="DBS.280408",
    ),
    "set_online_migration_task": Course(
        begin=begin_online_migration,
        instance_id=DCS_INSTANCE,
        underway="FULLMIGRATING",
        done="SUCCESS",
        failed="MIGRATION_FAILED",
        unknown_instance="DCS.3022",
        no_project="DCS.4002",
    ),
    "create_migration_task": Course(
        begin=begin_import,
        instance_id=DCS_INSTANCE,
        underway="MIGRATING",
        done="SUCCESS",
        failed="FAILED",
        unknown_instance="DCS.3022",
        no_project="DCS.4002",
    ),
    "create_click_house_data_base_replication": Course(
        begin=begin_replication,
        instance_id=CLICKHOUSE,
        underway="Running",
        done="Completed",
        failed="Failed",
        unknown_instance="DBS.200002",
        no_project="DBS.280001",
    ),
}

each_call = pytest.mark.parametrize("course", COURSES.values(), ids=COURSES.keys())


@each_call
def test_it_is_underway_for_its_time_and_then_done(
    course: Course, clients: Clients, world: World
) -> None:
    look = course.begin(clients, course.instance())
    assert look().status == course.underway
    world.advance(HALF_OF_A_JOB)
    assert look().status == course.underway
    world.advance(HALF_OF_A_JOB)
    assert look().status == course.done
    assert look().reason == ""


@each_call
def test_an_id_starting_with_0000dead_fails_with_a_reason(
    course: Course, clients: Clients, world: World
) -> None:
    look = course.begin(clients, course.instance("0000dead"))
    assert look().status == course.underway
    assert look().reason == ""
    world.advance(A_JOB)
    assert look().status == course.failed
    assert "0000dead" in look().reason


@each_call
def test_an_id_starting_with_00005100_stays_underway(
    course: Course, clients: Clients, world: World
) -> None:
    look = course.begin(clients, course.instance("00005100"))
    world.advance(AN_HOUR)
    assert look().status == course.underway
    assert look().reason == ""


@each_call
def test_an_id_starting_with_00000404_does_not_exist(course: Course, clients: Clients) -> None:
    instance = course.instance("00000404")
    refused = refusal(course.begin, clients, instance)
    assert refused.status_code == 404
    assert refused.error_code == course.unknown_instance
    assert instance in refused.error_msg


@each_call
def test_a_forgotten_project_id_is_told_as_such(course: Course, papercloud: Papercloud) -> None:
    forgetful = Clients.connect(papercloud.url)
    refused = refusal(course.begin, forgetful, course.instance())
    assert refused.status_code == 400
    assert refused.error_code == course.no_project
    assert "the project ID was never filled in" in refused.error_msg


@pytest.mark.parametrize(
    ("call", "error_code", "mandatory"),
    [
        (create_db_cache_mapping, "DBS.200001", {"source_instance_id", "target_instance_id"}),
        (
            create_gemini_db_dual_active,
            "DBS.200001",
            {"destination_region", "destination_instance_id"},
        ),
        (
            set_online_migration_task,
            "DCS.4800",
            {"migration_method", "resume_mode", "source_instance", "target_instance"},
        ),
        (
            create_migration_task,
            "DCS.4800",
            {"task_name", "migration_type", "migration_method", "target_instance"},
        ),
        (
            create_click_house_data_base_replication,
            "DBS.280001",
            {"source_instance_id", "source_database"},
        ),
    ],
    ids=COURSES.keys(),
)
def test_an_empty_body_is_told_every_mandatory_field(
    clients: Clients, call: Callable[[Clients], Any], error_code: str, mandatory: set[str]
) -> None:
    refused = refusal(call, clients)
    assert refused.status_code == 400
    assert refused.error_code == error_code
    assert named(refused) == mandatory


def named(refused: ClientRequestException) -> set[str]:
    """The fields that a refusal calls mandatory; it finds fault with nothing else."""
    faults = refused.error_msg.split("; ")
    assert all(" is mandatory" in fault for fault in faults), refused.error_msg
    return {fault.split(" ")[0] for fault in faults}


# --------------------------------------------------------------------------------------------------
# Creating a Memory Mapping


def test_a_memory_mapping_is_listed_before_its_job_is_done(clients: Clients, world: World) -> None:
    job_id = create_db_cache_mapping(
        clients, source_instance_id=RDS, target_instance_id=REDIS
    ).job_id
    pair = {"source_instance_id": RDS, "target_instance_id": REDIS}
    [creating] = mappings(clients, **pair)
    assert creating.status == "creating"
    assert gemini_db_jobs(clients, job_id)[0].status == "Running"
    world.advance(A_JOB)
    [created] = mappings(clients, id=creating.id)
    assert created.status == "normal"
    assert gemini_db_jobs(clients, job_id)[0].status == "Completed"
    assert (created.source_instance_id, created.target_instance_id) == (RDS, REDIS)
    assert created.updated > created.created
    assert created.rule_count == 0


def test_a_failed_memory_mapping_is_listed_as_failed(clients: Clients, world: World) -> None:
    doomed = COURSES["create_db_cache_mapping"].instance("0000dead")
    create_db_cache_mapping(clients, source_instance_id=doomed, target_instance_id=REDIS)
    world.advance(A_JOB)
    [mapping] = mappings(clients, source_instance_id=doomed)
    assert mapping.status == "createfail"


def test_a_project_sees_no_memory_mapping_of_another(clients: Clients, strangers: Clients) -> None:
    job_id = create_db_cache_mapping(
        clients, source_instance_id=RDS, target_instance_id=REDIS
    ).job_id
    assert len(gemini_db_jobs(clients, job_id)) == len(mappings(clients)) == 1
    assert gemini_db_jobs(strangers, job_id) == mappings(strangers) == []


# --------------------------------------------------------------------------------------------------
# Creating Active-Active Instances


def test_active_active_instances_are_built_by_one_job(clients: Clients, world: World) -> None:
    job_id = create_gemini_db_dual_active(
        clients,
        destination_region="ap-southeast-1",
        destination_instance_id=OTHER_CASSANDRA,
        tables=["shop.orders", "shop.items"],
    ).job_id
    assert re.fullmatch(DASHED_UUID, job_id)
    world.advance(HALF_OF_A_JOB)
    [running] = gemini_db_jobs(clients, job_id)
    assert (running.id, running.name) == (job_id, "BuildBiActiveInstance")
    assert (running.status, running.progress, running.end_time) == ("Running", "50%", "")
    assert running.instance.id == CASSANDRA
    world.advance(HALF_OF_A_JOB)
    [completed] = gemini_db_jobs(clients, job_id)
    assert (completed.status, completed.progress) == ("Completed", "")
    assert completed.end_time > completed.start_time == running.start_time


def test_jobs_are_listed_by_status(clients: Clients, world: World) -> None:
    begin_mapping(clients, RDS)
    world.advance(A_JOB)
    begin_dual_active(clients, CASSANDRA)

    def names(**filters: Any) -> list[str]:
        request = geminidb.ListJobsRequest(**filters)
        return [job.name for job in clients.geminidb.list_jobs(request).jobs]

    assert names(status="Completed") == ["CreateDbCacheMapping"]
    assert names(status="Running") == ["BuildBiActiveInstance"]
    assert names(limit=10) == ["CreateDbCacheMapping", "BuildBiActiveInstance"]
    assert names(offset=2) == []


# --------------------------------------------------------------------------------------------------
# Configuring an Online Data Migration Task


def test_a_migration_task_is_prepared_by_a_job(clients: Clients, world: World) -> None:
    task_id, job_id = create_online_migration_task(clients)
    assert re.fullmatch(DASHED_UUID, task_id)
    assert re.fullmatch(PLAIN_UUID, job_id)
    assert dcs_job(clients, job_id).status == "INIT"
    assert task(clients, task_id).status == "CREATING"
    world.advance(HALF_OF_A_JOB)
    assert dcs_job(clients, job_id).status == "RUNNING"
    world.advance(HALF_OF_A_JOB)
    done = dcs_job(clients, job_id)
    assert done.status == "SUCCESS"
    assert int(done.end_time) - int(done.begin_time) == A_JOB * 1000
    assert task(clients, task_id).status == "RUNNING"


@pytest.mark.parametrize(
    ("method", "ends"),
    [("full_amount_migration", "SUCCESS"), ("incremental_migration", INCREMENTAL)],
)
def test_a_configured_task_migrates(clients: Clients, world: World, method: str, ends: str) -> None:
    task_id, _ = create_online_migration_task(clients)
    world.advance(A_JOB)
    configured = set_online_migration_task(clients, task_id, **migration_to(DCS_INSTANCE, method))
    assert (configured.id, configured.name) == (task_id, "dcs-migration-1db7")
    assert configured.status == task(clients, task_id).status == "FULLMIGRATING"
    world.advance(A_JOB)
    migrated = task(clients, task_id)
    assert migrated.status == tasks(clients)[task_id].status == ends
    assert (migrated.migration_type, migrated.migration_method) == ("online_migration", method)
    assert (migrated.resume_mode, migrated.bandwidth_limit_mb) == ("auto", "123")
    assert migrated.source_instance.addrs == "192.168.1.1:6379,192.168.0.0:6379"
    assert migrated.target_instance.id == DCS_INSTANCE
    assert migrated.source_instance.password is None


def test_a_task_cannot_be_configured_before_it_is_prepared(clients: Clients) -> None:
    task_id, _ = create_online_migration_task(clients)
    refused = refusal(set_online_migration_task, clients, task_id, **migration_to(DCS_INSTANCE))
    assert (refused.status_code, refused.error_code) == (400, "DCS.4957")
    assert "CREATING" in refused.error_msg


def test_configuring_a_running_task_again_with_an_equal_body_changes_nothing(
    clients: Clients, world: World
) -> None:
    first = set_online_migration_task(clients, **migration_to(DCS_INSTANCE))
    world.advance(HALF_OF_A_JOB)
    second = set_online_migration_task(clients, **migration_to(DCS_INSTANCE))
    assert (second.status_code, second.id) == (200, first.id)
    assert second.status == first.status == "FULLMIGRATING"
    world.advance(HALF_OF_A_JOB)
    assert task(clients, TASK).status == "SUCCESS"


def test_configuring_a_running_task_with_another_body_is_refused(clients: Clients) -> None:
    set_online_migration_task(clients, **migration_to(DCS_INSTANCE))
    other = migration_to(DCS_INSTANCE) | {"resume_mode": "manual"}
    refused = refusal(set_online_migration_task, clients, **other)
    assert (refused.status_code, refused.error_code) == (400, "DCS.4957")
    assert task(clients, TASK).resume_mode == "auto"


def test_a_finished_task_takes_another_configuration(clients: Clients, world: World) -> None:
    set_online_migration_task(clients, **migration_to(DCS_INSTANCE))
    world.advance(A_JOB)
    assert task(clients, TASK).status == "SUCCESS"
    again = migration_to(DCS_INSTANCE, "incremental_migration")
    assert set_online_migration_task(clients, **again).status == "FULLMIGRATING"
    world.advance(A_JOB)
    assert task(clients, TASK).status == INCREMENTAL


def test_either_side_of_a_migration_needs_an_id_or_addresses(clients: Clients) -> None:
    nowhere = dcs.ConfigMigrationInstanceBody(password="secret")
    body = migration_to(DCS_INSTANCE) | {"source_instance": nowhere, "target_instance": nowhere}
    refused = refusal(set_online_migration_task, clients, **body)
    assert (refused.status_code, refused.error_code) == (400, "DCS.4800")
    assert named(refused) == {"source_instance.id", "target_instance.id"}
    assert "when addrs is not specified" in refused.error_msg


def test_an_unknown_task_is_not_configured(clients: Clients) -> None:
    unknown = "00000404" + TASK[8:]
    refused = refusal(set_online_migration_task, clients, unknown, **migration_to(DCS_INSTANCE))
    assert (refused.status_code, refused.error_code) == (404, "DCS.4133")


def test_a_project_sees_no_migration_of_another(clients: Clients, strangers: Clients) -> None:
    task_id, job_id = create_online_migration_task(clients)
    assert task_id in tasks(clients)
    assert tasks(strangers) == {}
    refused = refusal(task, strangers, task_id)
    assert (refused.status_code, refused.error_code) == (400, "DCS.4133")
    assert dcs_job(clients, job_id).job_id == job_id
    refused = refusal(dcs_job, strangers, job_id)
    assert (refused.status_code, refused.error_code) == (400, "111400063")


# --------------------------------------------------------------------------------------------------
# Creating a Backup Import Task


def test_a_backup_import_is_shown_with_its_files_and_without_its_password(
    clients: Clients, world: World
) -> None:
    created = create_migration_task(clients, **import_to(DCS_INSTANCE))
    assert re.fullmatch(PLAIN_UUID, created.id)
    assert (created.name, created.status) == ("migration1", "MIGRATING")
    assert task(clients, created.id).released_at is None
    world.advance(A_JOB)
    imported = task(clients, created.id)
    assert (imported.status, imported.migration_type) == ("SUCCESS", "backupfile_import")
    assert imported.backup_files.bucket_name == "backups"
    [file] = imported.backup_files.files
    assert (file.file_name, file.size) == ("monday.rdb", "754.0MB")
    assert (imported.target_instance.id, imported.target_instance.name) == (
        DCS_INSTANCE,
        "dcs-test",
    )
    assert imported.target_instance.password is None
    assert re.fullmatch(r"\d{12}", imported.released_at)


def test_an_import_from_a_bucket_needs_the_bucket_and_its_files(clients: Clients) -> None:
    body = import_to(DCS_INSTANCE) | {
        "backup_files": dcs.BackupFilesBody(file_source="self_build_obs"),
        "target_instance": dcs.TargetInstanceBody(name="dcs-test"),
    }
    refused = refusal(create_migration_task, clients, **body)
    assert (refused.status_code, refused.error_code) == (400, "DCS.4800")
    assert named(refused) == {
        "backup_files.bucket_name",
        "backup_files.files",
        "target_instance.id",
    }


def test_tasks_are_listed_in_pages(clients: Clients) -> None:
    ids = [create_migration_task(clients, **import_to(DCS_INSTANCE)).id for _ in range(3)]

    def page(offset: int) -> Any:
        request = dcs.ListMigrationTaskRequest(offset=offset, limit=2)
        return clients.dcs.list_migration_task(request)

    listed = [task.task_id for offset in (0, 2, 4) for task in page(offset).migration_tasks]
    assert listed == ids
    assert page(4).count == 3


# --------------------------------------------------------------------------------------------------
# Creating a Data Synchronization Task


def test_a_database_is_copied_and_then_followed(clients: Clients, world: World) -> None:
    job_id = create_click_house_data_base_replication(
        clients, source_instance_id=TAURUSDB, source_database="orders"
    ).job_id
    job = taurus_db_job(clients, job_id)
    assert (job.id, job.status, job.process) == (job_id, "Running", "0%")
    assert job.instance.id == CLICKHOUSE
    [waiting] = replications(clients)
    assert (waiting.source_database, waiting.target_database) == ("orders", "orders")
    assert (waiting.status, waiting.stage, waiting.percentage) == ("normal", "Wait", "0")
    world.advance(HALF_OF_A_JOB)
    [copying] = replications(clients)
    assert copying.stage == "Full"
    assert 0 < int(copying.percentage) < 100
    world.advance(HALF_OF_A_JOB)
    [following] = replications(clients)
    assert (following.status, following.stage, following.percentage) == (
        "normal",
        "Incremental",
        "100",
    )
    assert taurus_db_job(clients, job_id).status == "Completed"


def test_a_failed_replication_is_abnormal(clients: Clients, world: World) -> None:
    doomed = COURSES["create_click_house_data_base_replication"].instance("0000dead")
    begin_replication(clients, doomed)
    world.advance(A_JOB)
    [replication] = replications(clients, doomed)
    assert (replication.status, replication.stage) == ("abnormal", "Failed")


def test_a_project_sees_no_replication_of_another(clients: Clients, strangers: Clients) -> None:
    job_id = create_click_house_data_base_replication(
        clients, source_instance_id=TAURUSDB, source_database="orders"
    ).job_id
    assert taurus_db_job(clients, job_id).id == job_id
    assert taurus_db_job(strangers, job_id) is None
    assert refusal(replications, strangers).status_code == 404


def test_refusals_speak_the_language_that_is_asked_for(clients: Clients) -> None:
    refused = refusal(create_click_house_data_base_replication, clients, x_language="zh-cn")
    assert refused.error_msg == "source_instance_id 为必填参数；source_database 为必填参数"
