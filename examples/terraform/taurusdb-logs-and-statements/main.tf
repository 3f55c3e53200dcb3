# Where a TaurusDB instance writes its log, and what statements it slows down.

terraform {
  required_providers {
    huaweicloud = {
      source = "huaweicloud/huaweicloud"
    }
  }
}

provider "huaweicloud" {}

variable "days" {
  default = 30
}

variable "concurrency" {
  default = 20
}

variable "cpu" {
  default = 70
}

# Every project begins with this network.
data "huaweicloud_vpc" "net" {
  name = "vpc-default"
}

data "huaweicloud_vpc_subnet" "net" {
  name = "subnet-default"
}

data "huaweicloud_networking_secgroup" "net" {
  name = "default"
}

resource "huaweicloud_taurusdb_instance" "shop" {
  name                     = "paper-shop"
  flavor                   = "gaussdb.mysql.xlarge.x86.4"
  password                 = "Paper_Shop-1"
  vpc_id                   = data.huaweicloud_vpc.net.id
  subnet_id                = data.huaweicloud_vpc_subnet.net.id
  security_group_id        = data.huaweicloud_networking_secgroup.net.id
  availability_zone_mode   = "multi"
  master_availability_zone = "eu-mock-1a"
  read_replicas            = 1
  sql_filter_enabled       = true
}

locals {
  primary = [for node in huaweicloud_taurusdb_instance.shop.nodes : node.id if node.type == "master"][0]
}

resource "huaweicloud_lts_group" "logs" {
  group_name  = "paper-logs"
  ttl_in_days = var.days
}

resource "huaweicloud_lts_stream" "errors" {
  group_id    = huaweicloud_lts_group.logs.id
  stream_name = "paper-errors"
  ttl_in_days = var.days
}

resource "huaweicloud_taurusdb_lts_log" "errors" {
  instance_id   = huaweicloud_taurusdb_instance.shop.id
  log_type      = "error_log"
  lts_group_id  = huaweicloud_lts_group.logs.id
  lts_stream_id = huaweicloud_lts_stream.errors.id
}

resource "huaweicloud_taurusdb_sql_control_rule" "orders" {
  instance_id     = huaweicloud_taurusdb_instance.shop.id
  node_id         = local.primary
  sql_type        = "SELECT"
  pattern         = "select~from~orders"
  max_concurrency = var.concurrency
}

resource "huaweicloud_taurusdb_sql_auto_throttling" "night" {
  instance_id     = huaweicloud_taurusdb_instance.shop.id
  node_id         = local.primary
  start_time      = "00:00"
  end_time        = "01:00"
  condition       = "and"
  cpu_usage       = var.cpu
  active_sessions = 3
  clear_time      = 3
  duration        = 2
  max_concurrency = 1000
  retain_sql_rule = "true"

  depends_on = [huaweicloud_taurusdb_sql_control_rule.orders]
}
