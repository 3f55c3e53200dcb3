# What can be set of a GeminiDB Redis instance: parameters, storage that grows, who needs no password, and when it is maintained.

terraform {
  required_providers {
    huaweicloud = {
      source = "huaweicloud/huaweicloud"
    }
  }
}

provider "huaweicloud" {}

variable "lock_time" {
  default = "6"
}

variable "threshold" {
  default = 80
}

variable "trusted" {
  default = ["192.168.1.15"]
}

variable "begin" {
  default = "04:00"
}

variable "end" {
  default = "08:00"
}

variable "watched" {
  default = "true"
}

variable "blocked" {
  default = "203.0.113.0/24"
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

resource "huaweicloud_geminidb_instance" "store" {
  name              = "paper-store"
  mode              = "Cluster"
  password          = "Paper_Store-1"
  availability_zone = "eu-mock-1a"
  vpc_id            = data.huaweicloud_vpc.net.id
  subnet_id         = data.huaweicloud_vpc_subnet.net.id
  security_group_id = data.huaweicloud_networking_secgroup.net.id

  datastore {
    type           = "redis"
    version        = "5.0"
    storage_engine = "rocksDB"
  }

  flavor {
    num       = 3
    size      = 16
    storage   = "ULTRAHIGH"
    spec_code = "geminidb.redis.large.4"
  }

  switch_option                   = "on"
  second_level_monitoring_enabled = var.watched
  config_ips                      = var.trusted
  lb_ip_address                   = "192.168.0.153"
  maintenance_start_time          = var.begin
  maintenance_end_time            = var.end

  parameters {
    name  = "AuthFailLockTime"
    value = var.lock_time
  }

  policy {
    threshold = var.threshold
    step      = 15
    size      = 100
  }

  access_control {
    enabled = "true"
    type    = "blackList"

    ip_groups {
      ip          = var.blocked
      description = "the others"
    }
  }
}
