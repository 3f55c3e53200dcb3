# A network of one's own: a VPC with two subnets, and a security group with its rules.

terraform {
  required_providers {
    huaweicloud = {
      source = "huaweicloud/huaweicloud"
    }
  }
}

provider "huaweicloud" {}

variable "stage" {
  default = "one"
}

variable "description" {
  default = "where the databases live"
}

variable "secondary" {
  default = []
}

variable "ports" {
  default = "6379-6389"
}

resource "huaweicloud_vpc" "net" {
  name            = "paper-${var.stage}"
  cidr            = "10.40.0.0/16"
  description     = var.description
  secondary_cidrs = var.secondary
  tags            = { stage = var.stage }
}

resource "huaweicloud_vpc_subnet" "databases" {
  name        = "databases-${var.stage}"
  vpc_id      = huaweicloud_vpc.net.id
  cidr        = "10.40.1.0/24"
  gateway_ip  = "10.40.1.1"
  description = var.description
  tags        = { stage = var.stage }
}

resource "huaweicloud_vpc_subnet" "programs" {
  name              = "programs"
  vpc_id            = huaweicloud_vpc.net.id
  cidr              = "10.40.2.0/24"
  gateway_ip        = "10.40.2.1"
  dns_list          = ["10.40.0.2", "10.40.0.3"]
  availability_zone = "eu-mock-1b"
}

resource "huaweicloud_networking_secgroup" "databases" {
  name                 = "databases-${var.stage}"
  description          = var.description
  delete_default_rules = true
  tags                 = { stage = var.stage }
}

resource "huaweicloud_networking_secgroup_rule" "redis" {
  security_group_id = huaweicloud_networking_secgroup.databases.id
  direction         = "ingress"
  ethertype         = "IPv4"
  protocol          = "tcp"
  ports             = var.ports
  remote_ip_prefix  = huaweicloud_vpc_subnet.programs.cidr
}

resource "huaweicloud_networking_secgroup_rule" "mail" {
  security_group_id = huaweicloud_networking_secgroup.databases.id
  direction         = "egress"
  ethertype         = "IPv4"
  protocol          = "tcp"
  ports             = "25,465"
  action            = "deny"
  priority          = 10
  remote_ip_prefix  = "0.0.0.0/0"
  description       = "databases write no letters"
}

resource "huaweicloud_networking_secgroup_rule" "among_themselves" {
  security_group_id = huaweicloud_networking_secgroup.databases.id
  direction         = "ingress"
  ethertype         = "IPv4"
  remote_group_id   = huaweicloud_networking_secgroup.databases.id
}
