"""openstacksdk with otcextensions: logs in, and finds every service through the catalog.

It has no methods for the documented calls, so they are made as raw requests; instances of DCS, their
backups and networks have some.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from calls import ACCOUNT, PROJECT, RDS, REDIS, REGION
from papercloud import Papercloud

try:
    import openstack
    from otcextensions import sdk as otcextensions
except ImportError as error:
    pytest.skip(f"{error}; see requirements-openstack.txt", allow_module_level=True)

# What the two packages say about themselves.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Support for InfluxDB"),
    pytest.mark.filterwarnings("ignore:The 'service_type' parameter"),
]

Connect = Callable[..., Any]


@pytest.fixture
def connect(verifying: Papercloud) -> Connect:
    """Connects as a user of the account, to the project that has the region's name."""

    def connected(**differing: Any) -> Any:
        settings: dict[str, Any] = {
            "auth_url": f"{verifying.url}/v3",
            "username": ACCOUNT,
            "password": ACCOUNT,
            "user_domain_name": ACCOUNT,
            "project_name": REGION,
            "project_domain_name": ACCOUNT,
            "region_name": REGION,
            # Nothing that is set up for another cloud.
            "load_yaml_config": False,
            "load_envvars": False,
        }
        connection = openstack.connect(**settings | differing)
        otcextensions.register_otc_extensions(connection)
        return connection

    return connected


def test_a_user_logs_in_and_sees_the_catalog(connect: Connect, verifying: Papercloud) -> None:
    connection = connect()
    assert connection.authorize()
    assert connection.current_project_id == PROJECT
    assert connection.current_project.name == REGION
    urls = {
        entry["type"]: [endpoint["url"] for endpoint in entry["endpoints"]]
        for entry in connection.service_catalog
    }
    assert urls["identity"] == urls["geminidb"] == [f"{verifying.url}/v3"]
    assert urls["dcsv1"] == [f"{verifying.url}/v1.0/{PROJECT}"]
    assert all(url.startswith(verifying.url) for [url] in urls.values())


def test_a_memory_mapping_is_created_through_the_catalog(connect: Connect) -> None:
    geminidb = connect().geminidb
    pair = {"source_instance_id": RDS, "target_instance_id": REDIS}
    created = geminidb.post("/dbcache/mapping", json=pair)
    assert created.status_code == 202
    job_id = created.json()["job_id"]
    listed = geminidb.get("/jobs", params={"id": job_id})
    assert listed.status_code == 200
    assert [job["id"] for job in listed.json()["jobs"]] == [job_id]
    [mapping] = geminidb.get("/dbcache/mappings", params=pair).json()["dbcache_mappings"]
    assert mapping["status"] in ("creating", "normal")


def test_taurusdb_answers_through_the_catalog(connect: Connect) -> None:
    listed = connect().gaussdb.get("/instances", params={"datastore_type": "gaussdb-mysql"})
    assert listed.status_code == 200
    assert isinstance(listed.json()["instances"], list)


def test_migration_tasks_are_listed_where_the_newer_version_is(
    connect: Connect, verifying: Papercloud
) -> None:
    # The catalog leads to version 1 of DCS, and migration tasks belong to version 2.
    connection = connect(dcs_endpoint_override=f"{verifying.url}/v2/%(project_id)s")
    created = connection.dcs.post(
        "/migration/instance",
        json={
            "name": "openstack",
            "vpc_id": "7b9d1e3a-2c44-4a5e-9f0b-1d2e3f4a5b6c",
            "subnet_id": "0c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5",
            "security_group_id": "5f6e7d8c-9b0a-4f1e-a2d3-c4b5a6978869",
        },
    )
    listed = connection.dcs.get("/migration-tasks", params={"name": "openstack"})
    assert (created.status_code, listed.status_code) == (200, 200)
    listed_ids = [task["task_id"] for task in listed.json()["migration_tasks"]]
    assert created.json()["instance_id"] in listed_ids


def test_an_instance_is_created_found_changed_and_deleted(connect: Connect) -> None:
    connection = connect()
    [network] = [found for found in connection.vpc.vpcs() if found.name == "vpc-default"]
    [subnet] = [found for found in connection.vpc.subnets() if found.name == "subnet-default"]
    # Zones go by their ids in this version, and a product is a specification with how it is paid.
    zones = list(connection.dcs.availability_zones())
    products = {product.spec_code: product for product in connection.dcs.service_specifications()}
    product = products["redis.single.xu1.large.1"]
    created = connection.dcs.create_instance(
        name="openstack",
        engine="Redis",
        engine_version="6.0",
        capacity=1,
        product_id=product.product_id,
        available_zones=[zones[0].id],
        vpc_id=network.id,
        subnet_id=subnet.id,
        password="Paper_Cache_1",
    )
    for _ in range(100):
        found = connection.dcs.get_instance(created.id)
        if found.status == "RUNNING":
            break
        time.sleep(0.2)
    assert (found.status, found.vpc_name) == ("RUNNING", "vpc-default")
    assert found.resource_spec_code == product.spec_code
    assert found.available_zones == [zones[0].id]
    assert found.domain_name.endswith(".dcs.huaweicloud.com")
    assert found.id in [listed.id for listed in connection.dcs.instances()]
    assert [listed.id for listed in connection.dcs.instances(name="openstack")] == [found.id]
    assert list(connection.dcs.instances(start=2)) == []
    assert connection.dcs.find_instance("openstack").id == found.id
    connection.dcs.update_instance(found.id, description="changed")
    assert connection.dcs.get_instance(found.id).description == "changed"
    backup = connection.dcs.backup_instance(found.id, description="nightly")
    for _ in range(100):
        [backup] = connection.dcs.backups(found.id)
        if backup.status == "succeed":
            break
        time.sleep(0.2)
    assert (backup.status, backup.description) == ("succeed", "nightly")
    connection.dcs.delete_instance_backup(found.id, backup.id)
    assert list(connection.dcs.backups(found.id)) == []
    connection.dcs.change_instance_password(found.id, "Paper_Cache_1", "Paper_Cache_2")
    parameters = {one.name for one in connection.dcs.instance_params(found.id)}
    assert "timeout" in parameters
    assert {quota.type for quota in connection.dcs.quotas()} == {"instance", "ram"}
    assert list(connection.dcs.maintenance_time_windows())
    with pytest.raises(openstack.exceptions.BadRequestException, match=r"DCS\.4800"):
        # Only an instance of Redis 3.0 is extended without a specification.
        connection.dcs.extend_instance(found.id, 2)
    connection.dcs.delete_instance(found.id)
    with pytest.raises(openstack.exceptions.NotFoundException):
        connection.dcs.get_instance(found.id)


def test_a_refusal_is_told_with_its_status(connect: Connect) -> None:
    refused = connect().geminidb.post("/dbcache/mapping", json={})
    assert refused.status_code == 400
    assert refused.json()["error_code"] == "DBS.200001"


@pytest.mark.parametrize(
    "wrong",
    [{"password": "another"}, {"username": "another"}, {"user_domain_name": "another"}],
    ids=["password", "user", "account"],
)
def test_a_wrong_log_in_is_refused(connect: Connect, wrong: dict[str, str]) -> None:
    with pytest.raises(openstack.exceptions.SDKException, match="HTTP 401"):
        connect(**wrong).authorize()
