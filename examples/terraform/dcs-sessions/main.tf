# Sessions of a DCS instance: who is connected, and all of them sent away; and a session of the web console.

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
}

data "huaweicloud_dcs_instance_shards" "cache" {
  instance_id = huaweicloud_dcs_instance.cache.id
}

locals {
  node_id = data.huaweicloud_dcs_instance_shards.cache.group_list[0].replication_list[0].node_id
}

resource "huaweicloud_dcs_sessions_query" "who" {
  instance_id = huaweicloud_dcs_instance.cache.id
  node_id     = local.node_id
  clean_cache = true
}

resource "huaweicloud_dcs_sessions_kill" "two" {
  instance_id  = huaweicloud_dcs_instance.cache.id
  node_id      = local.node_id
  client_addrs = ["192.168.0.7:40001", "192.168.0.7:40002"]

  depends_on = [huaweicloud_dcs_sessions_query.who]
}

resource "huaweicloud_dcs_all_sessions_kill" "all" {
  instance_id    = huaweicloud_dcs_instance.cache.id
  kill_all_nodes = "true"

  depends_on = [huaweicloud_dcs_sessions_kill.two]
}

resource "huaweicloud_dcs_login_web_cli" "console" {
  instance_id = huaweicloud_dcs_instance.cache.id
  password    = "Paper_Cache_1"
}

resource "huaweicloud_dcs_web_cli_command_execute" "size" {
  instance_id = huaweicloud_dcs_instance.cache.id
  client_id   = huaweicloud_dcs_login_web_cli.console.client_id
  command     = "dbsize"
  database    = 3
}

resource "huaweicloud_dcs_logout_web_cli" "console" {
  instance_id = huaweicloud_dcs_instance.cache.id
  client_id   = huaweicloud_dcs_login_web_cli.console.client_id

  depends_on = [huaweicloud_dcs_web_cli_command_execute.size]
}
