# A DCS Redis instance with who may reach it, its parameters and backups; the change gives it other settings and more memory.

terraform {
  required_providers {
    huaweicloud = {
      source = "huaweicloud/huaweicloud"
    }
  }
}

provider "huaweicloud" {}

variable "name" {
  default = "paper-cache"
}

variable "flavor" {
  default = "redis.ha.xu1.large.r2.1"
}

variable "capacity" {
  default = 1
}

variable "password" {
  default = "Paper_Cache_1"
}

variable "offices" {
  default = ["10.0.0.0/8"]
}

variable "timeout" {
  default = "300"
}

variable "save_days" {
  default = 3
}

variable "encrypted" {
  default = false
}

# Every project begins with this network.
data "huaweicloud_vpc" "net" {
  name = "vpc-default"
}

data "huaweicloud_vpc_subnet" "net" {
  name = "subnet-default"
}

resource "huaweicloud_dcs_instance" "cache" {
  name               = var.name
  description        = "kept for ${var.save_days} days"
  engine             = "Redis"
  engine_version     = "6.0"
  flavor             = var.flavor
  capacity           = var.capacity
  availability_zones = ["eu-mock-1a", "eu-mock-1b"]
  vpc_id             = data.huaweicloud_vpc.net.id
  subnet_id          = data.huaweicloud_vpc_subnet.net.id
  password           = var.password
  ssl_enable         = var.encrypted
  tags               = { keep = tostring(var.save_days) }

  whitelists {
    group_name = "offices"
    ip_address = var.offices
  }

  parameters {
    id    = "1"
    name  = "timeout"
    value = var.timeout
  }

  backup_policy {
    backup_type = "auto"
    save_days   = var.save_days
    begin_at    = "02:00-03:00"
    backup_at   = [1, 4]
  }
}
