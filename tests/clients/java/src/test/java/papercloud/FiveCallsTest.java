package papercloud;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.exception.ServiceResponseException;
import com.huaweicloud.sdk.core.region.Region;
import com.huaweicloud.sdk.dcs.v2.DcsClient;
import com.huaweicloud.sdk.dcs.v2.model.BackupFilesBody;
import com.huaweicloud.sdk.dcs.v2.model.ConfigMigrationInstanceBody;
import com.huaweicloud.sdk.dcs.v2.model.CreateMigrationTaskBody;
import com.huaweicloud.sdk.dcs.v2.model.CreateMigrationTaskRequest;
import com.huaweicloud.sdk.dcs.v2.model.CreateOnlineMigrationTaskBody;
import com.huaweicloud.sdk.dcs.v2.model.CreateOnlineMigrationTaskRequest;
import com.huaweicloud.sdk.dcs.v2.model.DeleteMigrateTaskRequest;
import com.huaweicloud.sdk.dcs.v2.model.DeleteMigrationTaskRequest;
import com.huaweicloud.sdk.dcs.v2.model.Files;
import com.huaweicloud.sdk.dcs.v2.model.SetOnlineMigrationTaskBody;
import com.huaweicloud.sdk.dcs.v2.model.SetOnlineMigrationTaskRequest;
import com.huaweicloud.sdk.dcs.v2.model.ShowMigrationTaskRequest;
import com.huaweicloud.sdk.dcs.v2.model.TargetInstanceBody;
import com.huaweicloud.sdk.gaussdb.v3.GaussDBClient;
import com.huaweicloud.sdk.gaussdb.v3.model.ChDatabaseReplicationInfo;
import com.huaweicloud.sdk.gaussdb.v3.model.CreateChDatabaseReplicationRequestBody;
import com.huaweicloud.sdk.gaussdb.v3.model.CreateClickHouseDataBaseReplicationRequest;
import com.huaweicloud.sdk.gaussdb.v3.model.DeleteClickHouseDataBaseReplicationRequest;
import com.huaweicloud.sdk.gaussdb.v3.model.ListClickHouseDataBaseReplicationRequest;
import com.huaweicloud.sdk.gaussdbfornosql.v3.GaussDBforNoSQLClient;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.CreateDbCacheMappingRequest;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.CreateDbCacheMappingRequestBody;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.DeleteDbCacheMappingRequest;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.DeleteDbCacheMappingRequestBody;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.ListDbCacheMappingsRequest;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.ListJobsRequest;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

class FiveCallsTest {
    private static final String RDS = "356cf333ab77413f9d2526605227be08in01";
    private static final String REDIS = "2bb234c7175c400aab91de7c62174c0ein12";
    private static final String DCS = "cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd";
    private static final String OTHER_DCS = "d2c8399f-bdba-43c1-8069-3ff17a1a79d5";
    private static final String TAURUSDB = "d5a2b6e0c1f34a7e8b9d0c1e2f3a4b5cin07";
    private static final String CLICKHOUSE = "e6b3c7f1d2a45b8f9c0e1d2f3a4b5c6din16";

    private World world;

    @BeforeEach
    void begin(TestInfo test) {
        world = new World(test.getTestMethod().orElseThrow().getName());
    }

    private GaussDBforNoSQLClient geminiDB() {
        return world.connect(GaussDBforNoSQLClient.newBuilder());
    }

    private DcsClient dcs() {
        return world.connect(DcsClient.newBuilder());
    }

    /** Looks until it is as it is wanted. */
    static void poll(String wanted, Supplier<String> look) {
        String seen = null;
        for (int looks = 0; looks < 50; looks++) {
            seen = look.get();
            if (wanted.equals(seen)) {
                return;
            }
        }
        fail("it does not become " + wanted + ", but is " + seen);
    }

    static void completes(GaussDBforNoSQLClient client, String jobId) {
        ListJobsRequest request = new ListJobsRequest().withId(jobId);
        poll("Completed", () -> client.listJobs(request).getJobs().get(0).getStatus());
    }

    private static CreateDbCacheMappingRequest mapping(String target) {
        return new CreateDbCacheMappingRequest().withBody(new CreateDbCacheMappingRequestBody()
                .withSourceInstanceId(RDS)
                .withTargetInstanceId(target));
    }

    static String status(DcsClient client, String taskId) {
        ShowMigrationTaskRequest request = new ShowMigrationTaskRequest().withTaskId(taskId);
        return client.showMigrationTask(request).getStatus().getValue();
    }

    static void delete(DcsClient client, String taskId) {
        DeleteMigrateTaskRequest body = new DeleteMigrateTaskRequest().withTaskIdList(List.of(taskId));
        List<String> deleted = client.deleteMigrationTask(
                new DeleteMigrationTaskRequest().withBody(body)).getTaskIdList();
        assertEquals(List.of(taskId), deleted);
    }

    @Test
    void aMemoryMappingIsCreatedListedAndDeleted() {
        GaussDBforNoSQLClient client = geminiDB();
        completes(client, client.createDbCacheMapping(mapping(REDIS)).getJobId());
        ListDbCacheMappingsRequest list = new ListDbCacheMappingsRequest().withSourceInstanceId(RDS);
        var found = client.listDbCacheMappings(list).getDbcacheMappings().get(0);
        assertEquals("normal", found.getStatus());
        assertEquals(REDIS, found.getTargetInstanceId());
        completes(client, client.deleteDbCacheMapping(new DeleteDbCacheMappingRequest()
                .withBody(new DeleteDbCacheMappingRequestBody().withId(found.getId()))).getJobId());
        assertEquals(0, client.listDbCacheMappings(list).getTotalCount());
    }

    @Test
    void aBackupIsImported() {
        DcsClient client = dcs();
        String id = client.createMigrationTask(new CreateMigrationTaskRequest().withBody(
                new CreateMigrationTaskBody()
                        .withTaskName("from-java")
                        .withMigrationType(CreateMigrationTaskBody.MigrationTypeEnum.BACKUPFILE_IMPORT)
                        .withMigrationMethod(CreateMigrationTaskBody.MigrationMethodEnum.FULL_AMOUNT_MIGRATION)
                        .withBackupFiles(new BackupFilesBody()
                                .withFileSource(BackupFilesBody.FileSourceEnum.SELF_BUILD_OBS)
                                .withBucketName("backups")
                                .withFiles(List.of(new Files().withFileName("dump.rdb"))))
                        .withTargetInstance(new TargetInstanceBody().withId(DCS)))).getId();
        poll("SUCCESS", () -> status(client, id));
        delete(client, id);
    }

    @Test
    void anOnlineMigrationIsPreparedConfiguredAndDeleted() {
        DcsClient client = dcs();
        String id = client.createOnlineMigrationTask(new CreateOnlineMigrationTaskRequest().withBody(
                new CreateOnlineMigrationTaskBody()
                        .withName("from-java")
                        .withVpcId("7b9d1e3a-2c44-4a5e-9f0b-1d2e3f4a5b6c")
                        .withSubnetId("0c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5")
                        .withSecurityGroupId("5f6e7d8c-9b0a-4f1e-a2d3-c4b5a6978869"))).getInstanceId();
        poll("RUNNING", () -> status(client, id));
        client.setOnlineMigrationTask(new SetOnlineMigrationTaskRequest().withTaskId(id).withBody(
                new SetOnlineMigrationTaskBody()
                        .withMigrationMethod(
                                SetOnlineMigrationTaskBody.MigrationMethodEnum.FULL_AMOUNT_MIGRATION)
                        .withResumeMode(SetOnlineMigrationTaskBody.ResumeModeEnum.AUTO)
                        .withSourceInstance(new ConfigMigrationInstanceBody().withId(OTHER_DCS))
                        .withTargetInstance(new ConfigMigrationInstanceBody().withId(DCS))));
        poll("SUCCESS", () -> status(client, id));
        delete(client, id);
        refused(400, "DCS.4133", () -> status(client, id));
    }

    @Test
    void aDatabaseIsReplicatedToClickHouse() {
        GaussDBClient client = world.connect(GaussDBClient.newBuilder());
        client.createClickHouseDataBaseReplication(new CreateClickHouseDataBaseReplicationRequest()
                .withInstanceId(CLICKHOUSE)
                .withBody(new CreateChDatabaseReplicationRequestBody()
                        .withSourceInstanceId(TAURUSDB)
                        .withSourceDatabase("shop")));
        ListClickHouseDataBaseReplicationRequest list =
                new ListClickHouseDataBaseReplicationRequest().withInstanceId(CLICKHOUSE);
        Supplier<List<ChDatabaseReplicationInfo>> listed =
                () -> client.listClickHouseDataBaseReplication(list).getReplications();
        poll("normal", () -> listed.get().get(0).getStatus());
        client.deleteClickHouseDataBaseReplication(new DeleteClickHouseDataBaseReplicationRequest()
                .withInstanceId(CLICKHOUSE)
                .withDatabaseName("shop"));
        poll("0", () -> String.valueOf(listed.get().size()));
    }

    static ServiceResponseException refused(int status, String code, Runnable call) {
        ServiceResponseException refusal = assertThrows(ServiceResponseException.class, call::run);
        assertEquals(status, refusal.getHttpStatusCode());
        assertEquals(code, refusal.getErrorCode());
        assertTrue(refusal.getRequestId().matches("[0-9a-f]{32}"), refusal.getRequestId());
        return refusal;
    }

    @Test
    void whatIsRefusedIsAnExceptionOfTheSdk() {
        ServiceResponseException refusal =
                refused(400, "DBS.200001", () -> geminiDB().createDbCacheMapping(mapping("")));
        assertTrue(refusal.getErrorMsg().contains("target_instance_id"), refusal.getErrorMsg());
    }

    @Test
    void anotherSecretKeyIsRefused() {
        GaussDBforNoSQLClient client =
                world.connect(GaussDBforNoSQLClient.newBuilder(), World.SECRET_KEY + "-wrong");
        refused(401, "APIGW.0301", () -> client.createDbCacheMapping(mapping(REDIS)));
    }

    @Test
    void aFaultIsAnExceptionOfTheSdkAndTheNextCallGetsThrough() {
        world.control("POST", "/faults",
                "{\"operation\": \"CreateDbCacheMapping\", \"first\": 1, \"effect\": {\"status\": 503}}");
        GaussDBforNoSQLClient client = geminiDB();
        ServiceResponseException failure = assertThrows(
                ServiceResponseException.class, () -> client.createDbCacheMapping(mapping(REDIS)));
        assertEquals(503, failure.getHttpStatusCode());
        completes(client, client.createDbCacheMapping(mapping(REDIS)).getJobId());
    }

    /** Told only a region, the SDK asks IAM for the project. */
    @Test
    void aProjectIsLookedUp() {
        BasicCredentials keys = new BasicCredentials()
                .withAk("MOCKACCESSKEY0000001")
                .withSk(World.SECRET_KEY)
                .withIamEndpoint(world.url);
        GaussDBforNoSQLClient client = GaussDBforNoSQLClient.newBuilder()
                .withCredential(keys)
                .withRegion(new Region("eu-mock-1", world.url))
                .build();
        assertEquals(200, client.listJobs(new ListJobsRequest().withLimit(10)).getHttpStatusCode());
    }
}
