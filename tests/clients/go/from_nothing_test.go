package clients

import (
	"errors"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	geminidbmodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/gaussdbfornosql/v3/model"
	vpc "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/vpc/v2"
	vpcmodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/vpc/v2/model"
)

// A network, an instance in it, and their deletion in the order that the services allow.
func TestFromNothingToAnInstanceAndBack(t *testing.T) {
	world := NewWorld(t)
	networks := vpc.NewVpcClient(world.connected(vpc.VpcClientBuilder(), secretKey))
	network, err := networks.CreateVpc(&vpcmodel.CreateVpcRequest{Body: &vpcmodel.CreateVpcRequestBody{
		Vpc: &vpcmodel.CreateVpcOption{Name: pointer("paper-net"), Cidr: pointer("10.20.0.0/16")},
	}})
	var refused *sdkerr.ServiceResponseError
	if errors.As(err, &refused) && (refused.StatusCode == 404 || refused.StatusCode == 501) {
		t.Skip("networks are not emulated yet")
	}
	vpcID := must(network, err).Vpc.Id
	subnetID := must(networks.CreateSubnet(&vpcmodel.CreateSubnetRequest{
		Body: &vpcmodel.CreateSubnetRequestBody{Subnet: &vpcmodel.CreateSubnetOption{
			Name: "paper-db", Cidr: "10.20.1.0/24", GatewayIp: "10.20.1.1", VpcId: vpcID,
		}},
	})).Subnet.Id
	groupID := must(networks.CreateSecurityGroup(&vpcmodel.CreateSecurityGroupRequest{
		Body: &vpcmodel.CreateSecurityGroupRequestBody{
			SecurityGroup: &vpcmodel.CreateSecurityGroupOption{Name: "paper-db"},
		},
	})).SecurityGroup.Id

	client := world.geminiDB()
	created := must(client.CreateInstance(&geminidbmodel.CreateInstanceRequest{
		Body: &geminidbmodel.CreateInstanceRequestBody{
			Name:             "paper-gemini",
			Datastore:        &geminidbmodel.DatastoreOption{Type: "redis", Version: "5.0", StorageEngine: "rocksDB"},
			Region:           "eu-mock-1",
			AvailabilityZone: "eu-mock-1a",
			VpcId:            vpcID,
			SubnetId:         subnetID,
			SecurityGroupId:  groupID,
			Password:         "Paper_Gemini-1",
			Mode:             "Replication",
			Flavor: []geminidbmodel.CreateInstanceFlavorOption{
				{Num: "2", Storage: "ULTRAHIGH", Size: "8", SpecCode: "geminidb.redis.medium.2"},
			},
		},
	}))
	if job := polled(t, client, created.JobId); job.Status != "Completed" {
		t.Fatalf("%+v", job)
	}
	list := &geminidbmodel.ListInstancesRequest{Id: created.Id}
	instance := (*must(client.ListInstances(list)).Instances)[0]
	if instance.Status != "normal" || instance.SubnetId != subnetID || instance.Name != "paper-gemini" {
		t.Fatalf("%+v", instance)
	}

	// What is in use stays.
	remove := &vpcmodel.DeleteSubnetRequest{VpcId: vpcID, SubnetId: subnetID}
	if _, err := networks.DeleteSubnet(remove); !errors.As(err, &refused) {
		t.Fatalf("a subnet in use is deleted: %v", err)
	}
	deleted := must(client.DeleteInstance(&geminidbmodel.DeleteInstanceRequest{InstanceId: *created.Id}))
	if job := polled(t, client, deleted.JobId); job.Status != "Completed" {
		t.Fatalf("%+v", job)
	}
	if left := must(client.ListInstances(list)); len(*left.Instances) != 0 {
		t.Fatalf("%+v", left)
	}
	must(networks.DeleteSubnet(remove))
	must(networks.DeleteSecurityGroup(&vpcmodel.DeleteSecurityGroupRequest{SecurityGroupId: groupID}))
	must(networks.DeleteVpc(&vpcmodel.DeleteVpcRequest{VpcId: vpcID}))
}
