"""What a test can do with its project while an unmodified program, the official SDK, runs in it:
its clock, faults and scenarios, what was asked of it, and the world as a whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import huaweicloudsdkgaussdbfornosql.v3 as geminidb
import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import (
    ClientRequestException,
    ConnectionException,
    SdkException,
    ServerResponseException,
)
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.retry.backoff_strategy import BackoffStrategies
from huaweicloudsdkgaussdbfornosql.v3 import GaussDBforNoSQLClient

from calls import (
    ACCESS_KEY,
    RDS,
    REDIS,
    SECRET_KEY,
    Clients,
    create_db_cache_mapping,
    gemini_db_jobs,
    mappings,
)
from papercloud import Papercloud, World
from test_five_calls import A_JOB, refusal

PAIR = {"source_instance_id": RDS, "target_instance_id": REDIS}

CREATION = "CreateDbCacheMapping"


def create(clients: Clients) -> str:
    """Creates a mapping; the ID of the job."""
    return create_db_cache_mapping(clients, **PAIR).job_id


def create_stubbornly(clients: Clients, retries: int = 3) -> str:
    """The same by a program that tries again whenever something goes wrong, and never waits."""

    def went_wrong(_: Any, error: SdkException | None) -> bool:
        return error is not None

    body = geminidb.CreateDbCacheMappingRequestBody(**PAIR)
    request = geminidb.CreateDbCacheMappingRequest(body=body)
    invoker = clients.geminidb.create_db_cache_mapping_invoker(request)
    invoker.with_retry(went_wrong, retries, BackoffStrategies.NONE)
    return invoker.invoke().job_id


def job(clients: Clients, job_id: str) -> Any:
    [found] = gemini_db_jobs(clients, job_id)
    return found


def raised(kind: type[SdkException], call: Callable[..., Any], *arguments: Any) -> Any:
    with pytest.raises(kind) as caught:
        call(*arguments)
    return caught.value


# --------------------------------------------------------------------------------------------------
# Faults


def test_a_program_that_tries_again_gets_through_and_does_it_once(
    clients: Clients, world: World
) -> None:
    rule = world.fault(CREATION, first=2, status=503)
    job_id = create_stubbornly(clients)
    assert world.hits(rule) == 2
    world.verify(operation=CREATION, status=503, exactly=2)
    world.verify(operation=CREATION, committed=True, exactly=1)
    world.verify(at_most_once_committed=True)
    assert job(clients, job_id).status == "Running"


def test_a_program_that_does_not_try_again_sees_the_error(clients: Clients, world: World) -> None:
    world.fault(CREATION, first=1, status=503, message="closed for lunch")
    error = raised(ServerResponseException, create, clients)
    assert (error.status_code, error.error_msg) == (503, "closed for lunch")
    assert mappings(clients) == []


def test_a_documented_error_comes_in_the_dialect_of_the_service(
    papercloud: Papercloud, clients: Clients, world: World
) -> None:
    rule = world.fault(CREATION, first=1, error="WrongState")
    error = refusal(create, clients)
    assert (error.status_code, error.error_code) == (403, "DBS.200011")
    explained = papercloud.explain(error.request_id)
    assert (explained["fault"], explained["decision"]) == (rule, "injected")


def test_the_sdk_itself_comes_back_after_a_429_to_a_look(
    papercloud: Papercloud, clients: Clients, world: World
) -> None:
    job_id = create(clients)
    rule = world.fault("ListJobs", first=2, throttle=0)
    credentials = BasicCredentials(ACCESS_KEY, SECRET_KEY, world.project_id)
    builder = GaussDBforNoSQLClient.new_builder()
    patient = (
        builder.with_http_config(HttpConfig(retry_times=2))
        .with_credentials(credentials)
        .with_endpoint(papercloud.url)
        .build()
    )
    [found] = patient.list_jobs(geminidb.ListJobsRequest(id=job_id)).jobs
    assert (found.status, world.hits(rule)) == ("Running", 2)
    world.verify(operation="ListJobs", exactly=3)


def test_whoever_does_not_wait_as_long_as_retry_after_says_is_reported(
    clients: Clients, world: World
) -> None:
    world.fault(CREATION, first=1, throttle=5)
    job_id = create_stubbornly(clients)
    world.advance(A_JOB)
    assert job(clients, job_id).status == "Completed"
    [finding] = world.report()["findings"]
    assert (finding["rule"], finding["count"]) == ("ignored-retry-after", 1)
    with pytest.raises(AssertionError, match="ignored-retry-after"):
        world.assert_clean()


def test_a_connection_that_is_reset_after_the_change_shows_who_repeats_writes(
    clients: Clients, world: World
) -> None:
    world.fault(CREATION, first=1, reset=True, phase="after")
    create_stubbornly(clients)
    [lost, answered] = world.requests(operation=CREATION)
    assert (lost["answer"]["status"], answered["answer"]["status"]) == (None, 202)
    assert lost["committed"] and answered["committed"]
    with pytest.raises(AssertionError, match="committed more than once"):
        world.verify(at_most_once_committed=True)
    assert "retried-committed-write" in {one["rule"] for one in world.report()["findings"]}


def test_a_connection_that_is_reset_before_the_change_leaves_nothing(
    clients: Clients, world: World
) -> None:
    world.fault(CREATION, first=1, reset=True)
    raised(ConnectionException, create, clients)
    assert mappings(clients) == []
    world.verify(operation=CREATION, committed=True, never=True)


def test_a_fault_of_one_project_is_none_of_another(
    clients: Clients, strangers: Clients, world: World
) -> None:
    world.fault(status=500)
    create(strangers)
    assert raised(ServerResponseException, create, clients).status_code == 500


# --------------------------------------------------------------------------------------------------
# Jobs and time


def test_a_job_fails_when_40_percent_are_done(clients: Clients, world: World) -> None:
    rule = world.fail_next(CREATION, percent=40, reason="disk full")
    job_id = create(clients)
    world.advance(0.39 * A_JOB)
    assert job(clients, job_id).status == "Running"
    due = world.advance_to_next_event()
    assert [(one["job_id"], one["job_status"]) for one in due] == [(job_id, "Failed")]
    failed = job(clients, job_id)
    assert (failed.status, failed.fail_reason) == ("Failed", "disk full")
    assert world.hits(rule) == 1
    world.advance(A_JOB)
    again = create(clients)
    world.advance(A_JOB)
    assert job(clients, again).status == "Completed"


def test_a_program_that_polls_never_waits(clients: Clients, world: World) -> None:
    world.auto_advance()
    before = world.now()
    job_id = create(clients)
    seen = [job(clients, job_id).status for _ in range(2)]
    assert seen == ["Running", "Completed"]
    assert world.now() > before
    world.assert_clean()


def test_a_job_is_held_released_and_finished(clients: Clients, world: World) -> None:
    job_id = create(clients)
    world.hold(job_id)
    world.advance(10 * A_JOB)
    assert job(clients, job_id).status == "Running"
    world.release(job_id)
    world.finish(job_id)
    assert job(clients, job_id).status == "Completed"


# --------------------------------------------------------------------------------------------------
# Scenarios


FULL_DISK = {
    "clock": {"auto_advance": True},
    "job_seconds": 100,
    "faults": [
        {"operation": CREATION, "first": 1, "effect": {"status": 503}},
        {"operation": CREATION, "effect": {"job": "fail", "percent": 40, "reason": "disk full"}},
    ],
}


@pytest.mark.parametrize("service", ["papercloud", "verifying"])
def test_the_access_key_alone_chooses_a_scenario(
    service: str, request: pytest.FixtureRequest
) -> None:
    papercloud: Papercloud = request.getfixturevalue(service)
    world = papercloud.world_of(request.node.nodeid)
    papercloud.define_scenario("full-disk", FULL_DISK)
    credentials = BasicCredentials(f"{ACCESS_KEY}+full-disk", SECRET_KEY, world.project_id)
    clients = Clients.signing(credentials, papercloud.url)
    assert raised(ServerResponseException, create, clients).status_code == 503
    job_id = create(clients)
    assert job(clients, job_id).status == "Running"
    failed = job(clients, job_id)
    assert (failed.status, failed.fail_reason) == ("Failed", "disk full")

    others = Clients.connect(papercloud.url, world.project_id)
    job_id = create(others)
    world.advance(A_JOB)
    assert job(others, job_id).status == "Completed"


def test_a_project_chooses_a_scenario(
    papercloud: Papercloud, clients: Clients, strangers: Clients, world: World
) -> None:
    papercloud.define_scenario("full-disk", FULL_DISK)
    world.choose_scenario("full-disk")
    create(strangers)
    assert raised(ServerResponseException, create, clients).status_code == 503
    with pytest.raises(RuntimeError, match="did you mean full-disk"):
        world.choose_scenario("full-dsik")


# --------------------------------------------------------------------------------------------------
# What was asked, and the world as a whole


def test_a_claim_that_does_not_hold_shows_what_came_nearest(clients: Clients, world: World) -> None:
    create(clients)
    world.verify(operation=CREATION, match={"source_instance_id": RDS}, exactly=1)
    world.verify({"sequence": [{"operation": CREATION, "status": 202}]})
    with pytest.raises(AssertionError) as caught:
        world.verify(operation=CREATION, match={"source_instance_id": "another"}, exactly=1)
    [nearest] = world.requests(operation=CREATION)
    assert str(caught.value).splitlines() == [
        f'{CREATION} with source_instance_id = "another": exactly 1; no such request was found',
        f"  near miss {nearest['request_id']}:",
        f'    source_instance_id: expected "another", got "{RDS}"',
    ]
    with pytest.raises(AssertionError) as caught:
        world.verify({"name": "one of them", "never": True}, {"at_least": 1}, at_most=0)
    assert str(caught.value).splitlines() == [
        "one of them: any request: never; 1 such request was found",
        "any request: never; 1 such request was found",
    ]


def test_a_refusal_is_explained_with_a_request_that_would_pass(
    papercloud: Papercloud, clients: Clients
) -> None:
    error = raised(
        ClientRequestException, lambda: create_db_cache_mapping(clients, source_instance_id=RDS)
    )
    explained = papercloud.explain(error.request_id)
    [rule] = [rule for rule in explained["rules"] if rule["effect"] == "refused"]
    assert (rule["parameter"], rule["rule"]) == ("target_instance_id", "is mandatory")
    assert explained["corrected"]["body"]["source_instance_id"] == RDS
    assert "curl" in explained["corrected"]["curl"]


def test_a_world_is_put_back_to_what_it_was(clients: Clients, world: World) -> None:
    job_id = create(clients)
    before = world.export()
    world.advance(A_JOB)
    assert job(clients, job_id).status == "Completed"
    world.restore(before)
    assert world.export() == before
    assert job(clients, job_id).status == "Running"
    world.reset()
    assert gemini_db_jobs(clients, job_id) == []


def test_what_nobody_has_waited_for_is_reported(clients: Clients, world: World) -> None:
    job_id = create(clients)
    leaks = world.report()["leaks"]
    assert [leak["job_id"] for leak in leaks["never_polled"]] == [job_id]
    assert [leak["job_id"] for leak in leaks["unfinished"]] == [job_id]
    world.advance(A_JOB)
    assert job(clients, job_id).status == "Completed"
    world.assert_clean()
    rule = world.fault("ListJobs", first=1, status=500)
    assert [fault["id"] for fault in world.report()["leaks"]["faults_never_hit"]] == [rule]
    world.disarm(rule)
    world.assert_clean()
