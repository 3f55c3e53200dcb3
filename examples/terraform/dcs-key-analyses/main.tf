# What is known of the keys of a DCS instance: big ones, hot ones, expired ones, and those of a backup.

terraform {
  required_providers {
    huaweicloud = {
      source = "huaweicloud/huaweicloud"
    }
  }
}

provider "huaweicloud" {}

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

  # Hot keys are counted only where the least frequently used ones go first.
  parameters {
    id    = "2"
    name  = "maxmemory-policy"
    value = "allkeys-lfu"
  }
}

data "huaweicloud_dcs_instance_nodes" "cache" {
  instance_id = huaweicloud_dcs_instance.cache.id
}

resource "huaweicloud_dcs_bigkey_analysis" "big" {
  instance_id = huaweicloud_dcs_instance.cache.id
}

resource "huaweicloud_dcs_hotkey_analysis" "hot" {
  instance_id = huaweicloud_dcs_instance.cache.id
}

resource "huaweicloud_dcs_instance_expired_key_scan" "expired" {
  instance_id = huaweicloud_dcs_instance.cache.id
}

resource "huaweicloud_dcs_offline_key_analysis" "all" {
  instance_id = huaweicloud_dcs_instance.cache.id
  node_id     = data.huaweicloud_dcs_instance_nodes.cache.nodes[1].node_id
}
