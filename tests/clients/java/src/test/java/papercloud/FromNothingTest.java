package papercloud;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.huaweicloud.sdk.core.exception.ServiceResponseException;
import com.huaweicloud.sdk.gaussdbfornosql.v3.GaussDBforNoSQLClient;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.CreateInstanceFlavorOption;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.CreateInstanceRequest;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.CreateInstanceRequestBody;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.DatastoreOption;
import com.huaweicloud.sdk.gaussdbfornosql.v3.model.DeleteInstanceRequest;
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
import org.junit.jupiter.api.Test;

/** A network, an instance in it, and their deletion in the order that the services allow. */
class FromNothingTest {
    private static String network(VpcClient client) {
        try {
            return client.createVpc(new CreateVpcRequest().withBody(new CreateVpcRequestBody().withVpc(
                    new CreateVpcOption().withName("paper-net").withCidr("10.20.0.0/16")))).getVpc().getId();
        } catch (ServiceResponseException refusal) {
            int status = refusal.getHttpStatusCode();
            assumeFalse(status == 404 || status == 501, "networks are not emulated yet");
            throw refusal;
        }
    }

    @Test
    void aNetworkAndAnInstanceAreCreatedAndDeleted() {
        World world = new World("aNetworkAndAnInstanceAreCreatedAndDeleted");
        VpcClient networks = world.connect(VpcClient.newBuilder());
        String vpc = network(networks);
        String subnet = networks.createSubnet(new CreateSubnetRequest().withBody(
                new CreateSubnetRequestBody().withSubnet(new CreateSubnetOption()
                        .withName("paper-db")
                        .withCidr("10.20.1.0/24")
                        .withGatewayIp("10.20.1.1")
                        .withVpcId(vpc)))).getSubnet().getId();
        String group = networks.createSecurityGroup(new CreateSecurityGroupRequest().withBody(
                new CreateSecurityGroupRequestBody().withSecurityGroup(
                        new CreateSecurityGroupOption().withName("paper-db")))).getSecurityGroup().getId();

        GaussDBforNoSQLClient client = world.connect(GaussDBforNoSQLClient.newBuilder());
        var created = client.createInstance(new CreateInstanceRequest().withBody(
                new CreateInstanceRequestBody()
                        .withName("paper-gemini")
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
        ListInstancesRequest list = new ListInstancesRequest().withId(created.getId());
        var instance = client.listInstances(list).getInstances().get(0);
        assertEquals("normal", instance.getStatus());
        assertEquals(subnet, instance.getSubnetId());

        // What is in use stays.
        DeleteSubnetRequest remove = new DeleteSubnetRequest().withVpcId(vpc).withSubnetId(subnet);
        assertThrows(ServiceResponseException.class, () -> networks.deleteSubnet(remove));
        FiveCallsTest.completes(client, client.deleteInstance(
                new DeleteInstanceRequest().withInstanceId(created.getId())).getJobId());
        assertEquals(List.of(), client.listInstances(list).getInstances());
        networks.deleteSubnet(remove);
        networks.deleteSecurityGroup(new DeleteSecurityGroupRequest().withSecurityGroupId(group));
        networks.deleteVpc(new DeleteVpcRequest().withVpcId(vpc));
    }
}
