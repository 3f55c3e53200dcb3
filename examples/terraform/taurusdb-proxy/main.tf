# A proxy in front of a TaurusDB instance.

terraform {
  required_providers {
    huaweicloud = {
      source = "huaweicloud/huaweicloud"
    }
  }
}

provider "huaweicloud" {}

variable "name" {
  default = "paper-proxy"
}

variable "nodes" {
  default = 2
}

variable "port" {
  default = 3339
}

variable "split" {
  default = "ON"
}

variable "consistence" {
  default = "session"
}

variable "pool" {
  default = "SESSION"
}

variable "guarded" {
  default = true
}

variable "weight" {
  default = 20
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
  name                     = "paper-shop"
  flavor                   = "gaussdb.mysql.xlarge.x86.4"
  password                 = "Paper_Shop-1"
  vpc_id                   = data.huaweicloud_vpc.net.id
  subnet_id                = data.huaweicloud_vpc_subnet.net.id
  security_group_id        = data.huaweicloud_networking_secgroup.net.id
  availability_zone_mode   = "multi"
  master_availability_zone = "eu-mock-1a"
  read_replicas            = 1
}

data "huaweicloud_taurusdb_proxy_flavors" "all" {
  instance_id = huaweicloud_taurusdb_instance.shop.id
}

locals {
  nodes = values({ for node in huaweicloud_taurusdb_instance.shop.nodes : node.name => node })
}

resource "huaweicloud_taurusdb_proxy" "front" {
  instance_id              = huaweicloud_taurusdb_instance.shop.id
  flavor                   = data.huaweicloud_taurusdb_proxy_flavors.all.flavor_groups[0].flavors[0].spec_code
  node_num                 = var.nodes
  proxy_name               = var.name
  proxy_mode               = "readwrite"
  route_mode               = 1
  subnet_id                = data.huaweicloud_vpc_subnet.net.id
  new_node_auto_add_status = "OFF"
  port                     = var.port
  transaction_split        = var.split
  consistence_mode         = var.consistence
  connection_pool_type     = var.pool
  open_access_control      = var.guarded
  access_control_type      = "white"

  access_control_ip_list {
    ip          = "192.0.2.7"
    description = "the office"
  }

  master_node_weight {
    id     = local.nodes[0].id
    weight = var.weight
  }

  readonly_nodes_weight {
    id     = local.nodes[1].id
    weight = 30
  }

  parameters {
    name      = "multiStatementType"
    value     = "Loose"
    elem_type = "system"
  }
}
