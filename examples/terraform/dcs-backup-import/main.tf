# A DCS instance that is filled from a dump in a bucket.

terraform {
  required_providers {
    huaweicloud = {
      source = "huaweicloud/huaweicloud"
    }
  }
}

provider "huaweicloud" {}

variable "nights" {
  default = ["monday"]
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
  engine_version     = "6.0"
  flavor             = "redis.single.xu1.tiny.512"
  capacity           = 0.5
  availability_zones = ["eu-mock-1a"]
  vpc_id             = data.huaweicloud_vpc.net.id
  subnet_id          = data.huaweicloud_vpc_subnet.net.id
  password           = "Paper_Cache_1"
}

resource "huaweicloud_dcs_backup_import_task" "night" {
  for_each = toset(var.nights)

  task_name        = "paper-${each.key}"
  description      = "the dump of ${each.key}"
  migration_type   = "backupfile_import"
  migration_method = "full_amount_migration"

  backup_files {
    file_source = "self_build_obs"
    bucket_name = "paper-dumps"

    files {
      file_name = "${each.key}.rdb"
      size      = "12.5MB"
      update_at = "2026-01-05 03:00:00"
    }
  }

  target_instance {
    id       = huaweicloud_dcs_instance.cache.id
    password = "Paper_Cache_1"
  }

  lifecycle {
    ignore_changes = [target_instance[0].password]
  }
}
