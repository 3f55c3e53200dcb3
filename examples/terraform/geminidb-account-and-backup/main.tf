# An account of a GeminiDB Redis instance, and a backup by hand.

terraform {
  required_providers {
    huaweicloud = {
      source = "huaweicloud/huaweicloud"
    }
  }
}

provider "huaweicloud" {}

variable "password" {
  default = "Paper_App-1"
}

variable "privilege" {
  default = "ReadWrite"
}

variable "databases" {
  default = ["1", "2"]
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
}

resource "huaweicloud_geminidb_account" "app" {
  instance_id = huaweicloud_geminidb_instance.store.id
  name        = "app"
  password    = var.password
  privilege   = var.privilege
  databases   = var.databases
}

resource "huaweicloud_geminidb_backup" "first" {
  instance_id = huaweicloud_geminidb_instance.store.id
  name        = "paper-first"
  description = "before the application begins"

  depends_on = [huaweicloud_geminidb_account.app]
}
