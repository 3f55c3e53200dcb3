# A TaurusDB instance that is reached from the internet.

terraform {
  required_providers {
    huaweicloud = {
      source = "huaweicloud/huaweicloud"
    }
  }
}

provider "huaweicloud" {}

variable "size" {
  default = 5
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

resource "huaweicloud_vpc_eip" "front" {
  publicip {
    type = "5_bgp"
  }

  bandwidth {
    name        = "paper-front"
    size        = var.size
    share_type  = "PER"
    charge_mode = "traffic"
  }
}

resource "huaweicloud_taurusdb_eip_associate" "front" {
  instance_id  = huaweicloud_taurusdb_instance.shop.id
  public_ip    = huaweicloud_vpc_eip.front.address
  public_ip_id = huaweicloud_vpc_eip.front.id
}
