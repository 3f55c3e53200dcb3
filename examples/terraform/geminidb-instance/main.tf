# A GeminiDB Redis instance; the change gives it another name, more storage, another group and other settings.

terraform {
  required_providers {
    huaweicloud = {
      source = "huaweicloud/huaweicloud"
    }
  }
}

provider "huaweicloud" {}

variable "name" {
  default = "paper-store"
}

variable "password" {
  default = "Paper_Store-1"
}

variable "size" {
  default = 16
}

variable "spec_code" {
  default = "geminidb.redis.large.4"
}

variable "num" {
  default = 3
}

variable "keep_days" {
  default = 7
}

variable "moved" {
  default = false
}

# Every project begins with this network.
data "huaweicloud_vpc" "net" {
  name = "vpc-default"
}

data "huaweicloud_vpc_subnet" "net" {
  name = "subnet-default"
}

resource "huaweicloud_networking_secgroup" "other" {
  name = "paper-other"
}

data "huaweicloud_networking_secgroup" "net" {
  name = "default"
}

resource "huaweicloud_geminidb_instance" "store" {
  name              = var.name
  mode              = "Cluster"
  password          = var.password
  availability_zone = "eu-mock-1a"
  vpc_id            = data.huaweicloud_vpc.net.id
  subnet_id         = data.huaweicloud_vpc_subnet.net.id
  security_group_id = var.moved ? huaweicloud_networking_secgroup.other.id : data.huaweicloud_networking_secgroup.net.id

  datastore {
    type           = "redis"
    version        = "5.0"
    storage_engine = "rocksDB"
  }

  flavor {
    num       = var.num
    size      = var.size
    storage   = "ULTRAHIGH"
    spec_code = var.spec_code
  }

  backup_strategy {
    start_time = "03:00-04:00"
    keep_days  = var.keep_days
  }

  tags = { keep = tostring(var.keep_days) }
}
