# What happened to a DCS instance: its tasks, two of them put away, and a diagnosis.

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

  # What is set after the instance is made leaves a task.
  whitelists {
    group_name = "offices"
    ip_address = ["10.0.0.0/8"]
  }
}

data "huaweicloud_dcs_background_tasks" "all" {
  instance_id = huaweicloud_dcs_instance.cache.id
}

data "huaweicloud_dcs_center_tasks" "all" {
  depends_on = [huaweicloud_dcs_instance.cache]
}

resource "huaweicloud_dcs_background_task_delete" "first" {
  instance_id = huaweicloud_dcs_instance.cache.id
  task_id     = try(data.huaweicloud_dcs_background_tasks.all.tasks[0].id, "gone")

  # What is put away is no longer listed.
  lifecycle {
    ignore_changes = [task_id]
  }
}

resource "huaweicloud_dcs_center_task_delete" "first" {
  task_id = try(data.huaweicloud_dcs_center_tasks.all.tasks[0].id, "gone")

  lifecycle {
    ignore_changes = [task_id]
  }
}

resource "huaweicloud_dcs_diagnosis_task" "morning" {
  instance_id = huaweicloud_dcs_instance.cache.id
  begin_time  = "2026-01-05T08:00:00Z"
  end_time    = "2026-01-05T08:10:00Z"
}
