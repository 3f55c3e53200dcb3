package clients

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	core "github.com/huaweicloud/huaweicloud-sdk-go-v3/core"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/region"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	dcs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2"
	dcsmodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"
	taurusdb "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/gaussdb/v3"
	taurusdbmodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/gaussdb/v3/model"
	geminidb "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/gaussdbfornosql/v3"
	geminidbmodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/gaussdbfornosql/v3/model"
)

const (
	accessKey = "MOCKACCESSKEY0000001"
	secretKey = "mock-secret-key-0000000000000000000000001"

	rds            = "356cf333ab77413f9d2526605227be08in01"
	redis          = "2bb234c7175c400aab91de7c62174c0ein12"
	cassandra      = "a4d8ea2584e047439a667703c0684119in06"
	otherCassandra = "c1e7a80f3b6d4c5c8d9e2f1a0b3c4d5ein06"
	dcsRedis       = "cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd"
	otherDcsRedis  = "d2c8399f-bdba-43c1-8069-3ff17a1a79d5"
	taurusDB       = "d5a2b6e0c1f34a7e8b9d0c1e2f3a4b5cin07"
	clickHouse     = "e6b3c7f1d2a45b8f9c0e1d2f3a4b5c6din16"

	// More than any job here needs.
	looks = 50
)

// must is for calls that have to succeed.
func must[T any](answer T, err error) T {
	if err != nil {
		panic(err)
	}
	return answer
}

func pointer[T any](value T) *T { return &value }

// connected configures a client for a project: endpoint, access key and secret key.
func (world World) connected(builder *core.HcHttpClientBuilder, secret string) *core.HcHttpClient {
	keys := basic.NewCredentialsBuilder().WithAk(accessKey).WithSk(secret).WithProjectId(world.ProjectID)
	builder = builder.WithEndpoint(world.URL).WithCredential(must(keys.SafeBuild()))
	return must(builder.SafeBuild())
}

func (world World) geminiDB() *geminidb.GaussDBforNoSQLClient {
	builder := geminidb.GaussDBforNoSQLClientBuilder()
	return geminidb.NewGaussDBforNoSQLClient(world.connected(builder, secretKey))
}

func (world World) dcs() *dcs.DcsClient {
	return dcs.NewDcsClient(world.connected(dcs.DcsClientBuilder(), secretKey))
}

func (world World) taurusDB() *taurusdb.GaussDBClient {
	return taurusdb.NewGaussDBClient(world.connected(taurusdb.GaussDBClientBuilder(), secretKey))
}

// polled looks at a job of GeminiDB until it has ended.
func polled(t *testing.T, client *geminidb.GaussDBforNoSQLClient, id *string) geminidbmodel.JobDetail {
	t.Helper()
	for range looks {
		listed := must(client.ListJobs(&geminidbmodel.ListJobsRequest{Id: id}))
		if job := (*listed.Jobs)[0]; job.Status != "Running" {
			return job
		}
	}
	t.Fatalf("job %s does not end", *id)
	panic("unreachable")
}

func mappingRequest() *geminidbmodel.CreateDbCacheMappingRequest {
	return &geminidbmodel.CreateDbCacheMappingRequest{
		Body: &geminidbmodel.CreateDbCacheMappingRequestBody{SourceInstanceId: rds, TargetInstanceId: redis},
	}
}

// refusal is the SDK's error for what the service refuses.
func refusal(t *testing.T, err error, status int, code string) sdkerr.ServiceResponseError {
	t.Helper()
	var refused *sdkerr.ServiceResponseError
	if !errors.As(err, &refused) {
		t.Fatalf("no refusal of the service: %v", err)
	}
	if refused.StatusCode != status || refused.ErrorCode != code {
		t.Fatalf("refused with %d %s, not %d %s", refused.StatusCode, refused.ErrorCode, status, code)
	}
	if !regexp.MustCompile("^[0-9a-f]{32}$").MatchString(refused.RequestId) {
		t.Fatalf("not a request id: %q", refused.RequestId)
	}
	return *refused
}

func TestMemoryMapping(t *testing.T) {
	client := NewWorld(t).geminiDB()
	created := must(client.CreateDbCacheMapping(mappingRequest()))
	if created.HttpStatusCode != 202 {
		t.Fatalf("%+v", created)
	}
	if job := polled(t, client, created.JobId); job.Status != "Completed" {
		t.Fatalf("%+v", job)
	}
	list := &geminidbmodel.ListDbCacheMappingsRequest{SourceInstanceId: pointer(rds)}
	mapping := (*must(client.ListDbCacheMappings(list)).DbcacheMappings)[0]
	if mapping.Status != "normal" || mapping.TargetInstanceId != redis {
		t.Fatalf("%+v", mapping)
	}
	deleted := must(client.DeleteDbCacheMapping(&geminidbmodel.DeleteDbCacheMappingRequest{
		Body: &geminidbmodel.DeleteDbCacheMappingRequestBody{Id: mapping.Id},
	}))
	if job := polled(t, client, deleted.JobId); job.Status != "Completed" {
		t.Fatalf("%+v", job)
	}
	if left := must(client.ListDbCacheMappings(list)); *left.TotalCount != 0 {
		t.Fatalf("%+v", left)
	}
}

func TestActiveActive(t *testing.T) {
	client := NewWorld(t).geminiDB()
	built := must(client.CreateGeminiDbDualActive(&geminidbmodel.CreateGeminiDbDualActiveRequest{
		InstanceId: cassandra,
		Body: &geminidbmodel.DualActiveRequestBody{
			DestinationRegion: "eu-de", DestinationInstanceId: otherCassandra,
		},
	}))
	if job := polled(t, client, built.JobId); job.Status != "Completed" {
		t.Fatalf("%+v", job)
	}
	// Not from the list of instances: this SDK takes the number of nodes there for a string.
	role := &geminidbmodel.ShowInstanceRoleRequest{InstanceId: otherCassandra}
	if shown := must(client.ShowInstanceRole(role)); *shown.Role != "slave" {
		t.Fatalf("%+v", shown)
	}
	release := &geminidbmodel.DeleteGeminiDbDualActiveRequest{InstanceId: cassandra}
	if job := polled(t, client, must(client.DeleteGeminiDbDualActive(release)).JobId); job.Status != "Completed" {
		t.Fatalf("%+v", job)
	}
	_, err := client.DeleteGeminiDbDualActive(release)
	refusal(t, err, 400, "DBS.03000001")
}

func taskStatus(client *dcs.DcsClient, id string) string {
	shown := must(client.ShowMigrationTask(&dcsmodel.ShowMigrationTaskRequest{TaskId: id}))
	return shown.Status.Value()
}

func polledTask(t *testing.T, client *dcs.DcsClient, id string, wanted string) {
	t.Helper()
	for range looks {
		if taskStatus(client, id) == wanted {
			return
		}
	}
	t.Fatalf("task %s does not become %s: %s", id, wanted, taskStatus(client, id))
}

func deleteTask(client *dcs.DcsClient, id string) []string {
	body := &dcsmodel.DeleteMigrateTaskRequest{TaskIdList: []string{id}}
	return *must(client.DeleteMigrationTask(&dcsmodel.DeleteMigrationTaskRequest{Body: body})).TaskIdList
}

func TestBackupImport(t *testing.T) {
	client := NewWorld(t).dcs()
	methods := dcsmodel.GetCreateMigrationTaskBodyMigrationMethodEnum()
	types := dcsmodel.GetCreateMigrationTaskBodyMigrationTypeEnum()
	sources := dcsmodel.GetBackupFilesBodyFileSourceEnum()
	created := must(client.CreateMigrationTask(&dcsmodel.CreateMigrationTaskRequest{
		Body: &dcsmodel.CreateMigrationTaskBody{
			TaskName:        "from-go",
			MigrationType:   types.BACKUPFILE_IMPORT,
			MigrationMethod: methods.FULL_AMOUNT_MIGRATION,
			BackupFiles: &dcsmodel.BackupFilesBody{
				FileSource: pointer(sources.SELF_BUILD_OBS),
				BucketName: pointer("backups"),
				Files:      []dcsmodel.Files{{FileName: "dump.rdb"}},
			},
			TargetInstance: &dcsmodel.TargetInstanceBody{Id: dcsRedis},
		},
	}))
	polledTask(t, client, *created.Id, "SUCCESS")
	if deleted := deleteTask(client, *created.Id); len(deleted) != 1 || deleted[0] != *created.Id {
		t.Fatal(deleted)
	}
}

func TestOnlineMigration(t *testing.T) {
	client := NewWorld(t).dcs()
	created := must(client.CreateOnlineMigrationTask(&dcsmodel.CreateOnlineMigrationTaskRequest{
		Body: &dcsmodel.CreateOnlineMigrationTaskBody{
			Name:            "from-go",
			VpcId:           "7b9d1e3a-2c44-4a5e-9f0b-1d2e3f4a5b6c",
			SubnetId:        "0c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5",
			SecurityGroupId: "5f6e7d8c-9b0a-4f1e-a2d3-c4b5a6978869",
		},
	}))
	id := *created.InstanceId
	polledTask(t, client, id, "RUNNING")
	methods := dcsmodel.GetSetOnlineMigrationTaskBodyMigrationMethodEnum()
	modes := dcsmodel.GetSetOnlineMigrationTaskBodyResumeModeEnum()
	must(client.SetOnlineMigrationTask(&dcsmodel.SetOnlineMigrationTaskRequest{
		TaskId: id,
		Body: &dcsmodel.SetOnlineMigrationTaskBody{
			MigrationMethod: methods.FULL_AMOUNT_MIGRATION,
			ResumeMode:      modes.AUTO,
			SourceInstance:  &dcsmodel.ConfigMigrationInstanceBody{Id: pointer(otherDcsRedis)},
			TargetInstance:  &dcsmodel.ConfigMigrationInstanceBody{Id: pointer(dcsRedis)},
		},
	}))
	polledTask(t, client, id, "SUCCESS")
	deleteTask(client, id)
	_, err := client.ShowMigrationTask(&dcsmodel.ShowMigrationTaskRequest{TaskId: id})
	refusal(t, err, 400, "DCS.4133")
}

// replicated synchronises the database shop, waits until it is, and returns the request that lists it.
func replicated(
	t *testing.T, client *taurusdb.GaussDBClient, source, target string,
) *taurusdbmodel.ListClickHouseDataBaseReplicationRequest {
	t.Helper()
	must(client.CreateClickHouseDataBaseReplication(&taurusdbmodel.CreateClickHouseDataBaseReplicationRequest{
		InstanceId: target,
		Body: &taurusdbmodel.CreateChDatabaseReplicationRequestBody{
			SourceInstanceId: source, SourceDatabase: "shop",
		},
	}))
	list := &taurusdbmodel.ListClickHouseDataBaseReplicationRequest{InstanceId: target}
	status := ""
	for look := 0; look < looks && status != "normal"; look++ {
		status = (*must(client.ListClickHouseDataBaseReplication(list)).Replications)[0].Status
	}
	if status != "normal" {
		t.Fatal(status)
	}
	return list
}

func TestReplicationToClickHouse(t *testing.T) {
	client := NewWorld(t).taurusDB()
	list := replicated(t, client, taurusDB, clickHouse)
	must(client.DeleteClickHouseDataBaseReplication(&taurusdbmodel.DeleteClickHouseDataBaseReplicationRequest{
		InstanceId: clickHouse, DatabaseName: "shop",
	}))
	left := -1
	for look := 0; look < looks && left != 0; look++ {
		left = len(*must(client.ListClickHouseDataBaseReplication(list)).Replications)
	}
	if left != 0 {
		t.Fatalf("%d are left", left)
	}
}

func TestWhatIsRefusedIsAnErrorOfTheSDK(t *testing.T) {
	world := NewWorld(t)
	request := mappingRequest()
	request.Body.TargetInstanceId = ""
	_, err := world.geminiDB().CreateDbCacheMapping(request)
	refused := refusal(t, err, 400, "DBS.200001")
	if !strings.Contains(refused.ErrorMessage, "target_instance_id") {
		t.Fatal(refused.ErrorMessage)
	}
}

func TestAnotherSecretKeyIsRefused(t *testing.T) {
	builder := geminidb.GaussDBforNoSQLClientBuilder()
	client := geminidb.NewGaussDBforNoSQLClient(NewWorld(t).connected(builder, secretKey+"-wrong"))
	_, err := client.CreateDbCacheMapping(mappingRequest())
	refusal(t, err, 401, "APIGW.0301")
}

func TestAFaultIsAnErrorOfTheSDKAndTheNextCallGetsThrough(t *testing.T) {
	world := NewWorld(t)
	world.Control(t, "POST", "/faults", map[string]any{
		"operation": "CreateDbCacheMapping", "first": 1, "effect": map[string]any{"throttle": 1},
	})
	_, err := world.geminiDB().CreateDbCacheMapping(mappingRequest())
	var refused *sdkerr.ServiceResponseError
	if !errors.As(err, &refused) || refused.StatusCode != 429 {
		t.Fatal(err)
	}
	must(world.geminiDB().CreateDbCacheMapping(mappingRequest()))
}

// Told only a region, the SDK asks IAM for the project.
func TestAProjectIsLookedUp(t *testing.T) {
	url := NewWorld(t).URL
	keys := basic.NewCredentialsBuilder().WithAk(accessKey).WithSk(secretKey).WithIamEndpointOverride(url)
	builder := geminidb.GaussDBforNoSQLClientBuilder().WithCredential(must(keys.SafeBuild()))
	builder = builder.WithRegion(region.NewRegion("eu-mock-1", url))
	client := geminidb.NewGaussDBforNoSQLClient(must(builder.SafeBuild()))
	if listed := must(client.ListJobs(&geminidbmodel.ListJobsRequest{Limit: pointer(int32(10))})); listed.HttpStatusCode != 200 {
		t.Fatalf("%+v", listed)
	}
}
