# An account of a DCS instance, a backup, and what is listed of both.

terraform {
  required_providers {
    huaweicloud = {
      source = "huaweicloud/huaweicloud"
    }
  }
}

provider "huaweicloud" {}

variable "role" {
  default = "read"
}

variable "password" {
  default = "Paper_Read_1"
}

variable "description" {
  default = "reads"
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
  flavor             = "redis.ha.xu1.large.r2.1"
  capacity           = 1
  availability_zones = ["eu-mock-1a", "eu-mock-1b"]
  vpc_id             = data.huaweicloud_vpc.net.id
  subnet_id          = data.huaweicloud_vpc_subnet.net.id
  password           = "Paper_Cache_1"
}

resource "huaweicloud_dcs_account" "reader" {
  instance_id      = huaweicloud_dcs_instance.cache.id
  account_name     = "paper_reader"
  account_role     = var.role
  account_password = var.password
  description      = var.description
}

resource "huaweicloud_dcs_backup" "tonight" {
  instance_id   = huaweicloud_dcs_instance.cache.id
  description   = "tonight"
  backup_format = "rdb"

  depends_on = [huaweicloud_dcs_account.reader]
}

data "huaweicloud_dcs_accounts" "all" {
  instance_id = huaweicloud_dcs_account.reader.instance_id
}

data "huaweicloud_dcs_backups" "all" {
  instance_id = huaweicloud_dcs_backup.tonight.instance_id
}

output "accounts_and_backups" {
  value = [length(data.huaweicloud_dcs_accounts.all.accounts), length(data.huaweicloud_dcs_backups.all.backups)]
}
