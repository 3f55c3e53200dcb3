# The nodes of a DCS instance: how likely the replica is to be promoted, and the replica stopped and started.

terraform {
  required_providers {
    huaweicloud = {
      source = "huaweicloud/huaweicloud"
    }
  }
}

provider "huaweicloud" {}

variable "weight" {
  default = 10
}

# Every project begins with this network.
data "huaweicloud_vpc" "net" {
  name = "vpc-default"
}

data "huaweicloud_vpc_subnet" "net" {
  name = "subnet-default"
}

resource "huaweicloud_dcs_instance" "cache" {
  name               = "paper-cache"
  engine             = "Redis"
  engine_version     = "5.0"
  flavor             = "redis.ha.xu1.large.r2.1"
  capacity           = 1
  availability_zones = ["eu-mock-1a", "eu-mock-1b"]
  vpc_id             = data.huaweicloud_vpc.net.id
  subnet_id          = data.huaweicloud_vpc_subnet.net.id
  password           = "Paper_Cache_1"
}

data "huaweicloud_dcs_instance_shards" "cache" {
  instance_id = huaweicloud_dcs_instance.cache.id
}

locals {
  shard   = data.huaweicloud_dcs_instance_shards.cache.group_list[0]
  replica = [for node in local.shard.replication_list : node if node.replication_role == "slave"][0]
}

resource "huaweicloud_dcs_node_priority_config" "replica" {
  instance_id           = huaweicloud_dcs_instance.cache.id
  group_id              = local.shard.group_id
  node_id               = local.replica.node_id
  slave_priority_weight = var.weight
}

# A node is stopped only where there is a backup of the last day.
resource "huaweicloud_dcs_backup" "first" {
  instance_id = huaweicloud_dcs_instance.cache.id
  description = "before the stop"
}

resource "huaweicloud_dcs_node_status_change" "stop" {
  instance_id = huaweicloud_dcs_instance.cache.id
  node_ids    = [local.replica.node_id]
  action      = "stop"

  depends_on = [huaweicloud_dcs_backup.first]
}

resource "huaweicloud_dcs_node_status_change" "start" {
  instance_id = huaweicloud_dcs_instance.cache.id
  action      = "start"

  depends_on = [huaweicloud_dcs_node_status_change.stop]
}
