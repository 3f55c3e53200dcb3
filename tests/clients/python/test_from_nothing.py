"""From nothing to the five calls and back, with the official SDK: no ID here is made up.

The service looks at every signature and enforces every rule, those about resources among them: what
an instance refers to has to be there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import huaweicloudsdkdcs.v2 as dcs
import huaweicloudsdkgaussdb.v3 as taurusdb
import huaweicloudsdkgaussdbfornosql.v3 as geminidb
import huaweicloudsdkvpc.v2 as vpc
import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServerResponseException

from calls import (
    ACCESS_KEY,
    REGION,
    SECRET_KEY,
    Clients,
    connected,
    create_click_house_data_base_replication,
    create_click_house_instance,
    create_db_cache_mapping,
    create_gemini_db_dual_active,
    create_migration_task,
    create_online_migration_task,
    dcs_instance,
    delete_click_house_data_base_replication,
    delete_db_cache_mapping,
    delete_gemini_db_dual_active,
    delete_migration_tasks,
    gemini_db_jobs,
    mappings,
    replications,
    set_online_migration_task,
    task,
    taurus_db_job,
)
from papercloud import Papercloud, World
from test_five_calls import import_to, migration_to, refusal

LOOKS = 50


@pytest.fixture(scope="module")
def papercloud(papercloud_flags: tuple[str, ...]) -> Iterator[Papercloud]:
    """A service that lets nothing pass."""
    with Papercloud(*papercloud_flags, "--auth", "verify", "--strict") as service:
        yield service


@pytest.fixture
def clients(papercloud: Papercloud, world: World) -> Clients:
    """Clients of a project in which each look at something unfinished moves the clock."""
    world.auto_advance()
    return Clients.connect(papercloud.url, world.project_id)


@dataclass(frozen=True)
class Network:
    """Where the instances of a test stand."""

    client: Any
    vpc_id: str
    subnet_id: str
    security_group_id: str

    def place(self) -> dict[str, str]:
        """What creations of instances say of it."""
        return {
            "vpc_id": self.vpc_id,
            "subnet_id": self.subnet_id,
            "security_group_id": self.security_group_id,
        }

    def delete_subnet(self) -> None:
        request = vpc.DeleteSubnetRequest(vpc_id=self.vpc_id, subnet_id=self.subnet_id)
        self.client.delete_subnet(request)

    def delete(self) -> None:
        self.delete_subnet()
        request = vpc.DeleteSecurityGroupRequest(security_group_id=self.security_group_id)
        self.client.delete_security_group(request)
        self.client.delete_vpc(vpc.DeleteVpcRequest(vpc_id=self.vpc_id))


@pytest.fixture
def network(papercloud: Papercloud, world: World) -> Network:
    credentials = BasicCredentials(ACCESS_KEY, SECRET_KEY, world.project_id)
    client = connected(vpc.VpcClient, credentials, papercloud.url)
    option = vpc.CreateVpcOption(name="paper-net", cidr="10.20.0.0/16")
    request = vpc.CreateVpcRequest(body=vpc.CreateVpcRequestBody(vpc=option))
    vpc_id = client.create_vpc(request).vpc.id
    subnet = vpc.CreateSubnetOption(
        name="paper-db", cidr="10.20.1.0/24", gateway_ip="10.20.1.1", vpc_id=vpc_id
    )
    body = vpc.CreateSubnetRequestBody(subnet=subnet)
    subnet_id = client.create_subnet(vpc.CreateSubnetRequest(body=body)).subnet.id
    group = vpc.CreateSecurityGroupRequestBody(
        security_group=vpc.CreateSecurityGroupOption(name="paper-db")
    )
    made = client.create_security_group(vpc.CreateSecurityGroupRequest(body=group))
    return Network(client, vpc_id, subnet_id, made.security_group.id)


def gemini_db_job_completes(clients: Clients, job_id: str) -> None:
    for _ in range(LOOKS):
        [job] = gemini_db_jobs(clients, job_id)
        if job.status != "Running":
            break
    assert job.status == "Completed"


def taurus_db_job_completes(clients: Clients, job_id: str) -> None:
    for _ in range(LOOKS):
        job = taurus_db_job(clients, job_id)
        if job.status not in ("Pending", "Running"):
            break
    assert job.status == "Completed"


def task_becomes(clients: Clients, task_id: str, status: str) -> None:
    for _ in range(LOOKS):
        if task(clients, task_id).status == status:
            return
    raise TimeoutError(f"{task_id} is {task(clients, task_id).status}")


def create_gemini_db(clients: Clients, network: Network, name: str, engine: str) -> str:
    """A GeminiDB instance that is there; returns its ID."""
    is_redis = engine == "redis"
    flavor = geminidb.CreateInstanceFlavorOption(
        num="2" if is_redis else "3",
        storage="ULTRAHIGH",
        size="100",
        spec_code="geminidb.redis.medium.2" if is_redis else "geminidb.cassandra.large.4",
    )
    body = geminidb.CreateInstanceRequestBody(
        name=name,
        datastore=geminidb.DatastoreOption(
            type=engine, version="5.0" if is_redis else "3.11", storage_engine="rocksDB"
        ),
        region=REGION,
        availability_zone=f"{REGION}a",
        password="Paper_Gemini-1",
        mode="Replication" if is_redis else "Cluster",
        flavor=[flavor],
        **network.place(),
    )
    created = clients.geminidb.create_instance(geminidb.CreateInstanceRequest(body=body))
    gemini_db_job_completes(clients, created.job_id)
    return created.id


def delete_gemini_db(clients: Clients, instance_id: str) -> None:
    request = geminidb.DeleteInstanceRequest(instance_id=instance_id)
    gemini_db_job_completes(clients, clients.geminidb.delete_instance(request).job_id)
    listed = clients.geminidb.list_instances(geminidb.ListInstancesRequest(id=instance_id))
    assert listed.instances == []


def create_taurus_db(clients: Clients, network: Network) -> str:
    """A TaurusDB instance that is there; returns its ID."""
    body = taurusdb.MysqlInstanceRequest(
        name="paper-taurus",
        region=REGION,
        datastore=taurusdb.MysqlDatastoreInReq(type="gaussdb-mysql", version="8.0"),
        mode="Cluster",
        flavor_ref="gaussdb.mysql.xlarge.x86.4",
        password="Paper_Taurus-1",
        availability_zone_mode="single",
        slave_count=1,
        **network.place(),
    )
    request = taurusdb.CreateGaussMySqlInstanceRequest(body=body)
    created = clients.taurusdb.create_gauss_my_sql_instance(request)
    taurus_db_job_completes(clients, created.job_id)
    return created.instance.id


def delete_taurus_db(clients: Clients, instance_id: str) -> None:
    request = taurusdb.DeleteGaussMySqlInstanceRequest(instance_id=instance_id)
    deleted = clients.taurusdb.delete_gauss_my_sql_instance(request)
    taurus_db_job_completes(clients, deleted.job_id)


def create_dcs(clients: Clients, network: Network, name: str) -> str:
    """A DCS instance that runs; returns its ID."""
    body = dcs.CreateInstanceBody(
        name=name,
        engine="Redis",
        engine_version="6.0",
        capacity=1,
        spec_code="redis.ha.xu1.large.r2.1",
        az_codes=[f"{REGION}a", f"{REGION}b"],
        password="Paper_Cache_1",
        **network.place(),
    )
    created = clients.dcs.create_instance(dcs.CreateInstanceRequest(body=body))
    [instance] = created.instances
    for _ in range(LOOKS):
        if dcs_instance(clients, instance.instance_id).status == "RUNNING":
            return instance.instance_id
    raise TimeoutError(f"{name} does not run")


def test_a_memory_mapping_between_instances_made_here(clients: Clients, network: Network) -> None:
    source = create_taurus_db(clients, network)
    target = create_gemini_db(clients, network, "paper-cache", "redis")
    pair = {"source_instance_id": source, "target_instance_id": target}
    turned = {"source_instance_id": target, "target_instance_id": source}
    assert refusal(create_db_cache_mapping, clients, **turned).status_code == 400
    gemini_db_job_completes(clients, create_db_cache_mapping(clients, **pair).job_id)
    [mapping] = mappings(clients, **pair)
    assert mapping.status == "normal"
    assert (mapping.source_instance_name, mapping.target_instance_name) == (
        "paper-taurus",
        "paper-cache",
    )
    gemini_db_job_completes(clients, delete_db_cache_mapping(clients, mapping.id))
    # What is in use stays; VPC says so with a 500.
    with pytest.raises(ServerResponseException) as in_use:
        network.delete_subnet()
    assert in_use.value.error_code == "VPC.0208"
    delete_gemini_db(clients, target)
    delete_taurus_db(clients, source)
    network.delete()


def test_active_active_between_instances_made_here(clients: Clients, network: Network) -> None:
    here = create_gemini_db(clients, network, "paper-here", "cassandra")
    there = create_gemini_db(clients, network, "paper-there", "cassandra")
    built = create_gemini_db_dual_active(
        clients, here, destination_region="eu-de", destination_instance_id=there
    )
    gemini_db_job_completes(clients, built.job_id)
    gemini_db_job_completes(clients, delete_gemini_db_dual_active(clients, here))
    again = refusal(delete_gemini_db_dual_active, clients, here)
    assert (again.status_code, again.error_code) == (400, "DBS.03000001")
    delete_gemini_db(clients, there)
    delete_gemini_db(clients, here)
    network.delete()


def test_migrations_into_an_instance_made_here(clients: Clients, network: Network) -> None:
    instance_id = create_dcs(clients, network, "paper-new")
    online = create_online_migration_task(clients, **network.place()).task_id
    task_becomes(clients, online, "RUNNING")
    set_online_migration_task(clients, online, **migration_to(instance_id))
    task_becomes(clients, online, "SUCCESS")
    imported = create_migration_task(clients, **import_to(instance_id)).id
    task_becomes(clients, imported, "SUCCESS")
    delete_migration_tasks(clients, online, imported)
    clients.dcs.delete_single_instance(dcs.DeleteSingleInstanceRequest(instance_id=instance_id))
    gone = refusal(dcs_instance, clients, instance_id)
    assert (gone.status_code, gone.error_code) == (404, "DCS.3022")
    network.delete()


def test_a_replication_between_instances_made_here(clients: Clients, network: Network) -> None:
    source = create_taurus_db(clients, network)
    ordered = create_click_house_instance(
        clients,
        source,
        name="paper-click",
        engine=taurusdb.ClickHouseEngineInfo(type="click-house", version="23"),
        ha=taurusdb.CreateChInstanceRequestBodyHa(mode="Single"),
        flavor_id="gaussdb.clickhouse.xlarge.x86.4",
        db_root_pwd="Paper_Click-1",
        az_mode="single",
        volume=taurusdb.CreateChInstanceRequestBodyVolume(io_type="SSD", capacity_in_gb=50),
        az_code=f"{REGION}a",
        tags_info=taurusdb.CreateChInstanceRequestBodyTagsInfo(sys_tags=[]),
    )
    taurus_db_job_completes(clients, ordered.job_id)
    target = ordered.instance.id
    create_click_house_data_base_replication(
        clients, target, source_instance_id=source, source_database="shop"
    )
    for _ in range(LOOKS):
        [replication] = replications(clients, target)
        if replication.status == "normal":
            break
    assert replication.status == "normal"
    delete_click_house_data_base_replication(clients, "shop", target)
    delete_taurus_db(clients, source)
    network.delete()
