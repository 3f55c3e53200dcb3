# The run log of a node, and the newest minor version.

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
  engine_version     = "6.0"
  flavor             = "redis.ha.xu1.large.r2.1"
  capacity           = 1
  availability_zones = ["eu-mock-1a", "eu-mock-1b"]
  vpc_id             = data.huaweicloud_vpc.net.id
  subnet_id          = data.huaweicloud_vpc_subnet.net.id
  password           = "Paper_Cache_1"
}

data "huaweicloud_dcs_instance_nodes" "cache" {
  instance_id = huaweicloud_dcs_instance.cache.id
}

resource "huaweicloud_dcs_redis_run_log_collect" "replica" {
  instance_id    = huaweicloud_dcs_instance.cache.id
  log_type       = "run"
  query_time     = 3
  replication_id = data.huaweicloud_dcs_instance_nodes.cache.nodes[1].replication_id
}

data "huaweicloud_dcs_redis_run_logs" "all" {
  instance_id = huaweicloud_dcs_redis_run_log_collect.replica.instance_id
  log_type    = "run"
}

data "huaweicloud_dcs_redis_log_download_link" "first" {
  instance_id = huaweicloud_dcs_instance.cache.id
  log_id      = data.huaweicloud_dcs_redis_run_logs.all.file_list[0].id
}

resource "huaweicloud_dcs_instance_minor_version_upgrade" "newest" {
  instance_id          = huaweicloud_dcs_instance.cache.id
  engine_minor_version = "latest"

  depends_on = [data.huaweicloud_dcs_redis_log_download_link.first]
}
