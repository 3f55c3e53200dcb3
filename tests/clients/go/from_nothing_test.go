package clients

import (
	"errors"
	"strings"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	dcs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2"
	dcsmodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"
	taurusdb "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/gaussdb/v3"
	taurusdbmodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/gaussdb/v3/model"
	geminidb "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/gaussdbfornosql/v3"
	geminidbmodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/gaussdbfornosql/v3/model"
	vpc "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/vpc/v2"
	vpcmodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/vpc/v2/model"
)

// network is where the instances of a test stand.
type network struct {
	client             *vpc.VpcClient
	vpc, subnet, group string
}

func (world World) network() network {
	client := vpc.NewVpcClient(world.connected(vpc.VpcClientBuilder(), secretKey))
	made := network{client: client}
	made.vpc = must(client.CreateVpc(&vpcmodel.CreateVpcRequest{Body: &vpcmodel.CreateVpcRequestBody{
		Vpc: &vpcmodel.CreateVpcOption{Name: pointer("paper-net"), Cidr: pointer("10.20.0.0/16")},
	}})).Vpc.Id
	made.subnet = must(client.CreateSubnet(&vpcmodel.CreateSubnetRequest{
		Body: &vpcmodel.CreateSubnetRequestBody{Subnet: &vpcmodel.CreateSubnetOption{
			Name: "paper-db", Cidr: "10.20.1.0/24", GatewayIp: "10.20.1.1", VpcId: made.vpc,
		}},
	})).Subnet.Id
	made.group = must(client.CreateSecurityGroup(&vpcmodel.CreateSecurityGroupRequest{
		Body: &vpcmodel.CreateSecurityGroupRequestBody{
			SecurityGroup: &vpcmodel.CreateSecurityGroupOption{Name: "paper-db"},
		},
	})).SecurityGroup.Id
	return made
}

// remove deletes it in the order that the service allows.
func (of network) remove() {
	must(of.client.DeleteSubnet(&vpcmodel.DeleteSubnetRequest{VpcId: of.vpc, SubnetId: of.subnet}))
	must(of.client.DeleteSecurityGroup(&vpcmodel.DeleteSecurityGroupRequest{SecurityGroupId: of.group}))
	must(of.client.DeleteVpc(&vpcmodel.DeleteVpcRequest{VpcId: of.vpc}))
}

// geminiDB creates an instance, waits for it, and returns its id.
func (of network) geminiDB(t *testing.T, client *geminidb.GaussDBforNoSQLClient, name, engine, version, flavor string) string {
	t.Helper()
	mode, nodes := "Cluster", "3"
	if engine == "redis" {
		mode, nodes = "Replication", "2"
	}
	created := must(client.CreateInstance(&geminidbmodel.CreateInstanceRequest{
		Body: &geminidbmodel.CreateInstanceRequestBody{
			Name:             name,
			Datastore:        &geminidbmodel.DatastoreOption{Type: engine, Version: version, StorageEngine: "rocksDB"},
			Region:           "eu-mock-1",
			AvailabilityZone: "eu-mock-1a",
			VpcId:            of.vpc,
			SubnetId:         of.subnet,
			SecurityGroupId:  of.group,
			Password:         "Paper_Gemini-1",
			Mode:             mode,
			Flavor: []geminidbmodel.CreateInstanceFlavorOption{
				{Num: nodes, Storage: "ULTRAHIGH", Size: "100", SpecCode: flavor},
			},
		},
	}))
	completes(t, client, created.JobId)
	return *created.Id
}

// taurusDB creates an instance, waits for it, and returns its id.
func (of network) taurusDB(t *testing.T, client *taurusdb.GaussDBClient) string {
	t.Helper()
	created := must(client.CreateGaussMySqlInstance(&taurusdbmodel.CreateGaussMySqlInstanceRequest{
		Body: &taurusdbmodel.MysqlInstanceRequest{
			Name:                 "paper-taurus",
			Region:               "eu-mock-1",
			Datastore:            &taurusdbmodel.MysqlDatastoreInReq{Type: "gaussdb-mysql", Version: "8.0"},
			Mode:                 "Cluster",
			FlavorRef:            "gaussdb.mysql.xlarge.x86.4",
			VpcId:                of.vpc,
			SubnetId:             of.subnet,
			SecurityGroupId:      &of.group,
			Password:             "Paper_Taurus-1",
			AvailabilityZoneMode: "single",
			SlaveCount:           1,
		},
	}))
	completesHere(t, client, *created.JobId)
	return created.Instance.Id
}

// dcs creates an instance, waits for it, and returns its id.
func (of network) dcs(t *testing.T, client *dcs.DcsClient, name string) string {
	t.Helper()
	created := must(client.CreateInstance(&dcsmodel.CreateInstanceRequest{
		Body: &dcsmodel.CreateInstanceBody{
			Name:            name,
			Engine:          "Redis",
			EngineVersion:   pointer("6.0"),
			Capacity:        1,
			SpecCode:        "redis.ha.xu1.large.r2.1",
			AzCodes:         []string{"eu-mock-1a", "eu-mock-1b"},
			VpcId:           of.vpc,
			SubnetId:        of.subnet,
			SecurityGroupId: &of.group,
			Password:        pointer("Paper_Cache_1"),
		},
	}))
	id := *(*created.Instances)[0].InstanceId
	for range looks {
		shown := must(client.ShowInstance(&dcsmodel.ShowInstanceRequest{InstanceId: id}))
		if *shown.Status == "RUNNING" {
			return id
		}
	}
	t.Fatalf("%s does not run", name)
	panic("unreachable")
}

func completes(t *testing.T, client *geminidb.GaussDBforNoSQLClient, id *string) {
	t.Helper()
	if job := polled(t, client, id); job.Status != "Completed" {
		t.Fatalf("%+v", job)
	}
}

// completesHere looks at a job of TaurusDB until it has ended.
func completesHere(t *testing.T, client *taurusdb.GaussDBClient, id string) {
	t.Helper()
	for range looks {
		shown := must(client.ShowGaussMySqlJobInfo(&taurusdbmodel.ShowGaussMySqlJobInfoRequest{Id: id}))
		if shown.Job.Status.Value() == "Completed" {
			return
		}
	}
	t.Fatalf("job %s does not end", id)
}

func TestMemoryMappingFromNothing(t *testing.T) {
	world := NewWorld(t)
	net, gemini, taurus := world.network(), world.geminiDB(), world.taurusDB()
	source := net.taurusDB(t, taurus)
	target := net.geminiDB(t, gemini, "paper-cache", "redis", "5.0", "geminidb.redis.medium.2")
	shown := (*must(gemini.ListInstances(&geminidbmodel.ListInstancesRequest{Id: &target})).Instances)[0]
	if shown.Status != "normal" || shown.SubnetId != net.subnet || shown.Name != "paper-cache" {
		t.Fatalf("%+v", shown)
	}

	// The other way round it is refused, by the names that the instances have.
	_, err := gemini.CreateDbCacheMapping(&geminidbmodel.CreateDbCacheMappingRequest{
		Body: &geminidbmodel.CreateDbCacheMappingRequestBody{SourceInstanceId: target, TargetInstanceId: source},
	})
	var refused *sdkerr.ServiceResponseError
	if !errors.As(err, &refused) || refused.StatusCode != 400 || !strings.Contains(refused.ErrorMessage, "TaurusDB") {
		t.Fatal(err)
	}
	created := must(gemini.CreateDbCacheMapping(&geminidbmodel.CreateDbCacheMappingRequest{
		Body: &geminidbmodel.CreateDbCacheMappingRequestBody{SourceInstanceId: source, TargetInstanceId: target},
	}))
	completes(t, gemini, created.JobId)
	list := &geminidbmodel.ListDbCacheMappingsRequest{SourceInstanceId: &source}
	mapping := (*must(gemini.ListDbCacheMappings(list)).DbcacheMappings)[0]
	if mapping.SourceInstanceName != "paper-taurus" || mapping.TargetInstanceName != "paper-cache" {
		t.Fatalf("%+v", mapping)
	}
	completes(t, gemini, must(gemini.DeleteDbCacheMapping(&geminidbmodel.DeleteDbCacheMappingRequest{
		Body: &geminidbmodel.DeleteDbCacheMappingRequestBody{Id: mapping.Id},
	})).JobId)

	// What is in use stays.
	inUse := &vpcmodel.DeleteSubnetRequest{VpcId: net.vpc, SubnetId: net.subnet}
	if _, err := net.client.DeleteSubnet(inUse); !errors.As(err, &refused) {
		t.Fatalf("a subnet in use is deleted: %v", err)
	}
	gone := must(gemini.DeleteInstance(&geminidbmodel.DeleteInstanceRequest{InstanceId: target}))
	completes(t, gemini, gone.JobId)
	if left := must(gemini.ListInstances(&geminidbmodel.ListInstancesRequest{Id: &target})); len(*left.Instances) != 0 {
		t.Fatalf("%+v", left)
	}
	removed := must(taurus.DeleteGaussMySqlInstance(&taurusdbmodel.DeleteGaussMySqlInstanceRequest{InstanceId: source}))
	completesHere(t, taurus, *removed.JobId)
	net.remove()
}

func TestActiveActiveFromNothing(t *testing.T) {
	world := NewWorld(t)
	net, client := world.network(), world.geminiDB()
	here := net.geminiDB(t, client, "paper-here", "cassandra", "3.11", "geminidb.cassandra.large.4")
	there := net.geminiDB(t, client, "paper-there", "cassandra", "3.11", "geminidb.cassandra.large.4")
	completes(t, client, must(client.CreateGeminiDbDualActive(&geminidbmodel.CreateGeminiDbDualActiveRequest{
		InstanceId: here,
		Body:       &geminidbmodel.DualActiveRequestBody{DestinationRegion: "eu-de", DestinationInstanceId: there},
	})).JobId)
	release := &geminidbmodel.DeleteGeminiDbDualActiveRequest{InstanceId: here}
	completes(t, client, must(client.DeleteGeminiDbDualActive(release)).JobId)
	_, err := client.DeleteGeminiDbDualActive(release)
	refusal(t, err, 400, "DBS.03000001")
	for _, id := range []string{here, there} {
		gone := must(client.DeleteInstance(&geminidbmodel.DeleteInstanceRequest{InstanceId: id}))
		completes(t, client, gone.JobId)
	}
	net.remove()
}

// An online migration, and then an import of a backup, between two instances.
func TestMigrationsFromNothing(t *testing.T) {
	world := NewWorld(t)
	net, client := world.network(), world.dcs()
	old, new := net.dcs(t, client, "paper-old"), net.dcs(t, client, "paper-new")
	created := must(client.CreateOnlineMigrationTask(&dcsmodel.CreateOnlineMigrationTaskRequest{
		Body: &dcsmodel.CreateOnlineMigrationTaskBody{
			Name: "paper-move", VpcId: net.vpc, SubnetId: net.subnet, SecurityGroupId: net.group,
		},
	}))
	polledTask(t, client, *created.InstanceId, "RUNNING")
	methods := dcsmodel.GetSetOnlineMigrationTaskBodyMigrationMethodEnum()
	modes := dcsmodel.GetSetOnlineMigrationTaskBodyResumeModeEnum()
	must(client.SetOnlineMigrationTask(&dcsmodel.SetOnlineMigrationTaskRequest{
		TaskId: *created.InstanceId,
		Body: &dcsmodel.SetOnlineMigrationTaskBody{
			MigrationMethod: methods.FULL_AMOUNT_MIGRATION,
			ResumeMode:      modes.AUTO,
			SourceInstance:  &dcsmodel.ConfigMigrationInstanceBody{Id: &old},
			TargetInstance:  &dcsmodel.ConfigMigrationInstanceBody{Id: &new},
		},
	}))
	polledTask(t, client, *created.InstanceId, "SUCCESS")

	imported := must(client.CreateMigrationTask(&dcsmodel.CreateMigrationTaskRequest{
		Body: &dcsmodel.CreateMigrationTaskBody{
			TaskName:        "paper-night",
			MigrationType:   dcsmodel.GetCreateMigrationTaskBodyMigrationTypeEnum().BACKUPFILE_IMPORT,
			MigrationMethod: dcsmodel.GetCreateMigrationTaskBodyMigrationMethodEnum().FULL_AMOUNT_MIGRATION,
			BackupFiles: &dcsmodel.BackupFilesBody{
				FileSource: pointer(dcsmodel.GetBackupFilesBodyFileSourceEnum().SELF_BUILD_OBS),
				BucketName: pointer("paper-dumps"),
				Files:      []dcsmodel.Files{{FileName: "night.rdb"}},
			},
			TargetInstance: &dcsmodel.TargetInstanceBody{Id: new},
		},
	}))
	polledTask(t, client, *imported.Id, "SUCCESS")
	deleteTask(client, *created.InstanceId)
	deleteTask(client, *imported.Id)
	for _, id := range []string{old, new} {
		must(client.DeleteSingleInstance(&dcsmodel.DeleteSingleInstanceRequest{InstanceId: id}))
	}
	_, err := client.ShowInstance(&dcsmodel.ShowInstanceRequest{InstanceId: old})
	refusal(t, err, 404, "DCS.3022")
	net.remove()
}

func TestReplicationToClickHouseFromNothing(t *testing.T) {
	world := NewWorld(t)
	net, client := world.network(), world.taurusDB()
	source := net.taurusDB(t, client)
	ordered := must(client.CreateClickHouseInstance(&taurusdbmodel.CreateClickHouseInstanceRequest{
		InstanceId: source,
		Body: &taurusdbmodel.CreateChInstanceRequestBody{
			Name:      "paper-click",
			Engine:    &taurusdbmodel.ClickHouseEngineInfo{Type: "click-house", Version: "23"},
			Ha:        &taurusdbmodel.CreateChInstanceRequestBodyHa{Mode: "Single"},
			FlavorId:  "gaussdb.clickhouse.xlarge.x86.4",
			DbRootPwd: "Paper_Click-1",
			AzMode:    "single",
			AzCode:    "eu-mock-1a",
			Volume:    &taurusdbmodel.CreateChInstanceRequestBodyVolume{IoType: "SSD", CapacityInGb: 50},
			TagsInfo:  &taurusdbmodel.CreateChInstanceRequestBodyTagsInfo{},
		},
	}))
	completesHere(t, client, *ordered.JobId)
	target := ordered.Instance.Id
	replicated(t, client, source, target)
	// The analyses go with the instance that they are of.
	removed := must(client.DeleteGaussMySqlInstance(&taurusdbmodel.DeleteGaussMySqlInstanceRequest{InstanceId: source}))
	completesHere(t, client, *removed.JobId)
	_, err := client.ShowGaussMySqlInstanceInfo(&taurusdbmodel.ShowGaussMySqlInstanceInfoRequest{InstanceId: source})
	var refused *sdkerr.ServiceResponseError
	if !errors.As(err, &refused) || refused.StatusCode >= 500 {
		t.Fatal(err)
	}
	net.remove()
}
