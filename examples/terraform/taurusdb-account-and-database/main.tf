# A database of a TaurusDB instance, an account for it, and a parameter template.

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

variable "description" {
  default = "reads"
}

variable "increment" {
  default = "100"
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

resource "huaweicloud_taurusdb_parameter_template" "steps" {
  name              = "paper-steps"
  datastore_engine  = "gaussdb-mysql"
  datastore_version = "8.0"
  parameter_values  = { auto_increment_increment = var.increment }
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
  configuration_id         = huaweicloud_taurusdb_parameter_template.steps.id
}

resource "huaweicloud_taurusdb_database" "orders" {
  instance_id   = huaweicloud_taurusdb_instance.shop.id
  name          = "orders"
  character_set = "utf8mb4"
  description   = var.description
}

resource "huaweicloud_taurusdb_account" "app" {
  instance_id = huaweicloud_taurusdb_instance.shop.id
  name        = "app"
  password    = var.password
  description = var.description

  depends_on = [huaweicloud_taurusdb_database.orders]
}
