# A TaurusDB instance with its settings; the change gives it another name, another replica and other settings.

terraform {
  required_providers {
    huaweicloud = {
      source = "huaweicloud/huaweicloud"
    }
  }
}

provider "huaweicloud" {}

variable "name" {
  default = "paper-shop"
}

variable "password" {
  default = "Paper_Shop-1"
}

variable "replicas" {
  default = 1
}

variable "keep_days" {
  default = 7
}

variable "begin" {
  default = "02:00"
}

variable "end" {
  default = "06:00"
}

variable "port" {
  default = 3306
}

variable "watched" {
  default = true
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
  name                     = var.name
  description              = "kept for ${var.keep_days} days"
  flavor                   = "gaussdb.mysql.xlarge.x86.4"
  password                 = var.password
  vpc_id                   = data.huaweicloud_vpc.net.id
  subnet_id                = data.huaweicloud_vpc_subnet.net.id
  security_group_id        = data.huaweicloud_networking_secgroup.net.id
  availability_zone_mode   = "multi"
  master_availability_zone = "eu-mock-1a"
  read_replicas            = var.replicas
  port                     = var.port
  maintain_begin           = var.begin
  maintain_end             = var.end
  audit_log_enabled        = var.watched
  sql_filter_enabled       = var.watched

  slow_log_show_original_switch    = var.watched
  seconds_level_monitoring_enabled = var.watched
  seconds_level_monitoring_period  = var.watched ? 5 : null

  backup_strategy {
    start_time = "09:00-10:00"
    keep_days  = tostring(var.keep_days)
  }

  parameters {
    name  = "auto_increment_increment"
    value = "50"
  }

  tags = { keep = tostring(var.keep_days) }
}
