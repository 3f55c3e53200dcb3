# Two DCS instances, and a task that moves what is in one to the other.

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

data "huaweicloud_networking_secgroup" "net" {
  name = "default"
}

resource "huaweicloud_dcs_instance" "old" {
  name               = "paper-old"
  engine             = "Redis"
  engine_version     = "5.0"
  flavor             = "redis.ha.xu1.large.r2.2"
  capacity           = 2
  availability_zones = ["eu-mock-1a", "eu-mock-1b"]
  vpc_id             = data.huaweicloud_vpc.net.id
  subnet_id          = data.huaweicloud_vpc_subnet.net.id
  password           = "Paper_Cache_1"
}

resource "huaweicloud_dcs_instance" "new" {
  name               = "paper-new"
  engine             = "Redis"
  engine_version     = "6.0"
  flavor             = "redis.ha.xu1.large.r2.4"
  capacity           = 4
  availability_zones = ["eu-mock-1a", "eu-mock-1b"]
  vpc_id             = data.huaweicloud_vpc.net.id
  subnet_id          = data.huaweicloud_vpc_subnet.net.id
  password           = "Paper_Cache_1"
}

resource "huaweicloud_dcs_online_data_migration_task" "move" {
  task_name         = "paper-move"
  description       = "from old to new"
  vpc_id            = data.huaweicloud_vpc.net.id
  subnet_id         = data.huaweicloud_vpc_subnet.net.id
  security_group_id = data.huaweicloud_networking_secgroup.net.id
  migration_method  = "full_amount_migration"
  resume_mode       = "auto"

  source_instance {
    id       = huaweicloud_dcs_instance.old.id
    password = "Paper_Cache_1"
  }

  target_instance {
    id       = huaweicloud_dcs_instance.new.id
    password = "Paper_Cache_1"
  }

  lifecycle {
    ignore_changes = [source_instance, target_instance]
  }
}
