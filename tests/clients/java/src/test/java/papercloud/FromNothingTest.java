package papercloud;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.huaweicloud.sdk.core.exception.ServerResponseException;
import com.huaweicloud.sdk.core.exception.ServiceResponseException;
import com.huaweicloud.sdk.dcs.v2.DcsClient;
import com.huaweicloud.sdk.dcs.v2.model.BackupFilesBody;
import com.huaweicloud.sdk.dcs.v2.model.ConfigMigrationInstanceBody;
import com.huaweicloud.sdk.dcs.v2.model.CreateInstanceBody;
import com.huaweicloud.sdk.dcs.v2.model.CreateMigrationTaskBody;
import com.huaweicloud.sdk.dcs.v2.model.CreateMigrationTaskRequest;
import com.huaweicloud.sdk.dcs.v2.model.CreateOnlineMigrationTaskBody;
import com.huaweicloud.sdk.dcs.v2.model.CreateOnlineMigrationTaskRequest;
import com.huaweicloud.sdk.dcs.v2.model.DeleteSingleInstanceRequest;
import com.huaweicloud.sdk.dcs.v2.model.Files;
import com.huaweicloud.sdk.dcs.v2.model.SetOnlineMigrationTaskBody;
import com.huaweicloud.sdk.dcs.v2.model.SetOnlineMigrationTaskRequest;
import com.huaweicloud.sdk.dcs.v2.model.ShowInstanceRequest;
import com.huaweicloud.sdk.dcs.v2.model.TargetInstanceBody;
import com.huaweicloud.sdk.gaussdb.v3.GaussDBClient;
import com.huaweicloud.sdk.gaussdb.v3.model.ClickHouseEngineInfo;
import com.huaweicloud.sdk.gaussdb.v3.model.CreateChDatabaseReplicationRequestBody;
import com.huaweicloud.sdk.gaussdb.v3.model.CreateChInstanceRequestBody;
import com.huaweicloud.sdk.gaussdb.v3.model.CreateChInstanceRequestBodyHa;
import com.huaweicloud.sdk.gaussdb.v3.model.CreateChInstanceRequestBodyTagsInfo;
import com.huaweicloud.sdk.gaussdb.v3.model.CreateChInstanceRequestBodyVolume;
import com.huaweicloud.sdk.gaussdb.v3.model.CreateClickHouseDataBaseReplicationRequest;
import com.huaweicloud.sdk.gaussdb.v3.model.CreateClickHouseInstanceRequest;
import com.huaweicloud.sdk.gaussdb.v3.model.CreateGaussMySqlInstanceRequest;
import com.huaweicloud.sdk.gaussdb.v3.model.DeleteGaussMySqlInstanceRequest;
import com.huaweicloud.sdk.gaussdb.v3.model.ListClickHouseDataBaseReplicationRequest;
import com.huaweicloud.sdk.gaussdb.v3.model.MysqlDatastoreInReq;
import com.huaweicloud.sdk.gaussdb.v3.model.MysqlInstanceRequest;
import com.huaweicloud.sdk.gaussdb.v3.model.ShowGaussMySqlJobInfoRequest;
import com.huaweicloud.sdk.gaussdbfornosql.v3.GaussDBforNoSQLClient;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.CreateDbCacheMappingRequest;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.CreateDbCacheMappingRequestBody;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.CreateInstanceFlavorOption;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.CreateInstanceRequest;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.CreateInstanceRequestBody;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.DatastoreOption;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.DeleteDbCacheMappingRequest;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.DeleteDbCacheMappingRequestBody;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.DeleteInstanceRequest;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.ListDbCacheMappingsRequest;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.ListInstancesRequest;
import com.huaweicloud.sdk.vpc.v2.VpcClient;
import com.huaweicloud.sdk.vpc.v2.model.CreateSecurityGroupOption;
import com.huaweicloud.sdk.vpc.v2.model.CreateSecurityGroupRequest;
import com.huaweicloud.sdk.vpc.v2.model.CreateSecurityGroupRequestBody;
import com.huaweicloud.sdk.vpc.v2.model.CreateSubnetOption;
import com.huaweicloud.sdk.vpc.v2.model.CreateSubnetRequest;
import com.huaweicloud.sdk.vpc.v2.model.CreateSubnetRequestBody;
import com.huaweicloud.sdk.vpc.v2.model.CreateVpcOption;
import com.huaweicloud.sdk.vpc.v2.model.CreateVpcRequest;
import com.huaweicloud.sdk.vpc.v2.model.CreateVpcRequestBody;
import com.huaweicloud.sdk.vpc.v2.model.DeleteSecurityGroupRequest;
import com.huaweicloud.sdk.vpc.v2.model.DeleteSubnetRequest;
import com.huaweicloud.sdk.vpc.v2.model.DeleteVpcRequest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** A network, instances in it, calls between them, and the way back: no id is made up. */
class FromNothingTest {
    private World world;
    private VpcClient networks;
    private String vpc;
    private String subnet;
    private String group;

    @BeforeEach
    void createNetwork(TestInfo test) {
        world = new World(test.getTestMethod().orElseThrow().getName());
        networks = world.connect(VpcClient.newBuilder());
        vpc = networks.createVpc(new CreateVpcRequest().withBody(new CreateVpcRequestBody().withVpc(
                new CreateVpcOption().withName("paper-net").withCidr("10.20.0.0/16")))).getVpc().getId();
        subnet = networks.createSubnet(new CreateSubnetRequest().withBody(
                new CreateSubnetRequestBody().withSubnet(new CreateSubnetOption()
                        .withName("paper-db")
                        .withCidr("10.20.1.0/24")
                        .withGatewayIp("10.20.1.1")
                        .withVpcId(vpc)))).getSubnet().getId();
        group = networks.createSecurityGroup(new CreateSecurityGroupRequest().withBody(
                new CreateSecurityGroupRequestBody().withSecurityGroup(
                        new CreateSecurityGroupOption().withName("paper-db")))).getSecurityGroup().getId();
    }

    private void deleteNetwork() {
        networks.deleteSubnet(new DeleteSubnetRequest().withVpcId(vpc).withSubnetId(subnet));
        networks.deleteSecurityGroup(new DeleteSecurityGroupRequest().withSecurityGroupId(group));
        networks.deleteVpc(new DeleteVpcRequest().withVpcId(vpc));
    }

    private String createGeminiDb(GaussDBforNoSQLClient client) {
        var created = client.createInstance(new CreateInstanceRequest().withBody(
                new CreateInstanceRequestBody()
                        .withName("paper-cache")
                        .withDatastore(new DatastoreOption()
                                .withType("redis").withVersion("5.0").withStorageEngine("rocksDB"))
                        .withRegion("eu-mock-1")
                        .withAvailabilityZone("eu-mock-1a")
                        .withVpcId(vpc)
                        .withSubnetId(subnet)
                        .withSecurityGroupId(group)
                        .withPassword("Paper_Gemini-1")
                        .withMode("Replication")
                        .withFlavor(List.of(new CreateInstanceFlavorOption()
                                .withNum("2").withStorage("ULTRAHIGH").withSize("8")
                                .withSpecCode("geminidb.redis.medium.2")))));
        FiveCallsTest.completes(client, created.getJobId());
        return created.getId();
    }

    private String createTaurusDb(GaussDBClient client) {
        var created = client.createGaussMySqlInstance(new CreateGaussMySqlInstanceRequest().withBody(
                new MysqlInstanceRequest()
                        .withName("paper-taurus")
                        .withRegion("eu-mock-1")
                        .withDatastore(new MysqlDatastoreInReq().withType("gaussdb-mysql").withVersion("8.0"))
                        .withMode("Cluster")
                        .withFlavorRef("gaussdb.mysql.xlarge.x86.4")
                        .withVpcId(vpc)
                        .withSubnetId(subnet)
                        .withSecurityGroupId(group)
                        .withPassword("Paper_Taurus-1")
                        .withAvailabilityZoneMode("single")
                        .withSlaveCount(1)));
        completes(client, created.getJobId());
        return created.getInstance().getId();
    }

    private String createDcs(DcsClient client, String name) {
        String id = client.createInstance(new com.huaweicloud.sdk.dcs.v2.model.CreateInstanceRequest().withBody(
                new CreateInstanceBody()
                        .withName(name)
                        .withEngine("Redis")
                        .withEngineVersion("6.0")
                        .withCapacity(1f)
                        .withSpecCode("redis.ha.xu1.large.r2.1")
                        .withAzCodes(List.of("eu-mock-1a", "eu-mock-1b"))
                        .withVpcId(vpc)
                        .withSubnetId(subnet)
                        .withSecurityGroupId(group)
                        .withPassword("Paper_Cache_1"))).getInstances().get(0).getInstanceId();
        ShowInstanceRequest show = new ShowInstanceRequest().withInstanceId(id);
        FiveCallsTest.poll("RUNNING", () -> client.showInstance(show).getStatus());
        return id;
    }

    private static void completes(GaussDBClient client, String jobId) {
        ShowGaussMySqlJobInfoRequest request = new ShowGaussMySqlJobInfoRequest().withId(jobId);
        FiveCallsTest.poll("Completed",
                () -> client.showGaussMySqlJobInfo(request).getJob().getStatus().getValue());
    }

    private static void delete(GaussDBClient client, String id) {
        completes(client, client.deleteGaussMySqlInstance(
                new DeleteGaussMySqlInstanceRequest().withInstanceId(id)).getJobId());
    }

    private static CreateDbCacheMappingRequest mapping(String source, String target) {
        return new CreateDbCacheMappingRequest().withBody(new CreateDbCacheMappingRequestBody()
                .withSourceInstanceId(source).withTargetInstanceId(target));
    }

    @Test
    void aMemoryMapping() {
        GaussDBforNoSQLClient geminiDb = world.connect(GaussDBforNoSQLClient.newBuilder());
        GaussDBClient taurusDb = world.connect(GaussDBClient.newBuilder());
        String source = createTaurusDb(taurusDb);
        String target = createGeminiDb(geminiDb);
        ListInstancesRequest list = new ListInstancesRequest().withId(target);
        var instance = geminiDb.listInstances(list).getInstances().get(0);
        assertEquals("normal", instance.getStatus());
        assertEquals(subnet, instance.getSubnetId());

        // The other way round it is refused, by the kinds that the instances have.
        var refusal = assertThrows(ServiceResponseException.class,
                () -> geminiDb.createDbCacheMapping(mapping(target, source)));
        assertEquals(400, refusal.getHttpStatusCode());
        assertTrue(refusal.getErrorMsg().contains("TaurusDB"), refusal.getErrorMsg());
        FiveCallsTest.completes(geminiDb, geminiDb.createDbCacheMapping(mapping(source, target)).getJobId());
        ListDbCacheMappingsRequest mappings = new ListDbCacheMappingsRequest().withSourceInstanceId(source);
        var found = geminiDb.listDbCacheMappings(mappings).getDbcacheMappings().get(0);
        assertEquals("paper-taurus", found.getSourceInstanceName());
        assertEquals("paper-cache", found.getTargetInstanceName());
        FiveCallsTest.completes(geminiDb, geminiDb.deleteDbCacheMapping(new DeleteDbCacheMappingRequest()
                .withBody(new DeleteDbCacheMappingRequestBody().withId(found.getId()))).getJobId());

        // What is in use stays.
        assertThrows(ServerResponseException.class, this::deleteNetwork);
        FiveCallsTest.completes(geminiDb, geminiDb.deleteInstance(
                new DeleteInstanceRequest().withInstanceId(target)).getJobId());
        assertEquals(List.of(), geminiDb.listInstances(list).getInstances());
        delete(taurusDb, source);
        deleteNetwork();
    }

    @Test
    void anOnlineMigrationAndABackupImport() {
        DcsClient client = world.connect(DcsClient.newBuilder());
        String old = createDcs(client, "paper-old");
        String target = createDcs(client, "paper-new");
        String move = client.createOnlineMigrationTask(new CreateOnlineMigrationTaskRequest().withBody(
                new CreateOnlineMigrationTaskBody()
                        .withName("paper-move")
                        .withVpcId(vpc)
                        .withSubnetId(subnet)
                        .withSecurityGroupId(group))).getInstanceId();
        FiveCallsTest.poll("RUNNING", () -> FiveCallsTest.status(client, move));
        client.setOnlineMigrationTask(new SetOnlineMigrationTaskRequest().withTaskId(move).withBody(
                new SetOnlineMigrationTaskBody()
                        .withMigrationMethod(
                                SetOnlineMigrationTaskBody.MigrationMethodEnum.FULL_AMOUNT_MIGRATION)
                        .withResumeMode(SetOnlineMigrationTaskBody.ResumeModeEnum.AUTO)
                        .withSourceInstance(new ConfigMigrationInstanceBody().withId(old))
                        .withTargetInstance(new ConfigMigrationInstanceBody().withId(target))));
        FiveCallsTest.poll("SUCCESS", () -> FiveCallsTest.status(client, move));

        String night = client.createMigrationTask(new CreateMigrationTaskRequest().withBody(
                new CreateMigrationTaskBody()
                        .withTaskName("paper-night")
                        .withMigrationType(CreateMigrationTaskBody.MigrationTypeEnum.BACKUPFILE_IMPORT)
                        .withMigrationMethod(CreateMigrationTaskBody.MigrationMethodEnum.FULL_AMOUNT_MIGRATION)
                        .withBackupFiles(new BackupFilesBody()
                                .withFileSource(BackupFilesBody.FileSourceEnum.SELF_BUILD_OBS)
                                .withBucketName("paper-dumps")
                                .withFiles(List.of(new Files().withFileName("night.rdb"))))
                        .withTargetInstance(new TargetInstanceBody().withId(target)))).getId();
        FiveCallsTest.poll("SUCCESS", () -> FiveCallsTest.status(client, night));
        FiveCallsTest.delete(client, move);
        FiveCallsTest.delete(client, night);
        for (String id : List.of(old, target)) {
            client.deleteSingleInstance(new DeleteSingleInstanceRequest().withInstanceId(id));
        }
        FiveCallsTest.refused(404, "DCS.3022",
                () -> client.showInstance(new ShowInstanceRequest().withInstanceId(old)));
        deleteNetwork();
    }

    @Test
    void aReplicationToClickHouse() {
        GaussDBClient client = world.connect(GaussDBClient.newBuilder());
        String source = createTaurusDb(client);
        var ordered = client.createClickHouseInstance(new CreateClickHouseInstanceRequest()
                .withInstanceId(source)
                .withBody(new CreateChInstanceRequestBody()
                        .withName("paper-click")
                        .withEngine(new ClickHouseEngineInfo().withType("click-house").withVersion("23"))
                        .withHa(new CreateChInstanceRequestBodyHa().withMode("Single"))
                        .withFlavorId("gaussdb.clickhouse.xlarge.x86.4")
                        .withDbRootPwd("Paper_Click-1")
                        .withAzMode("single")
                        .withAzCode("eu-mock-1a")
                        .withVolume(new CreateChInstanceRequestBodyVolume()
                                .withIoType("SSD").withCapacityInGb(50))
                        .withTagsInfo(new CreateChInstanceRequestBodyTagsInfo())));
        completes(client, ordered.getJobId());
        String target = ordered.getInstance().getId();
        client.createClickHouseDataBaseReplication(new CreateClickHouseDataBaseReplicationRequest()
                .withInstanceId(target)
                .withBody(new CreateChDatabaseReplicationRequestBody()
                        .withSourceInstanceId(source)
                        .withSourceDatabase("shop")));
        ListClickHouseDataBaseReplicationRequest list =
                new ListClickHouseDataBaseReplicationRequest().withInstanceId(target);
        FiveCallsTest.poll("normal",
                () -> client.listClickHouseDataBaseReplication(list).getReplications().get(0).getStatus());
        delete(client, source);
        deleteNetwork();
    }
}
