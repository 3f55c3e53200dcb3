# A memory mapping: what TaurusDB stores, GeminiDB Redis keeps in memory.

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

data "huaweicloud_availability_zones" "all" {}

data "huaweicloud_gaussdb_nosql_flavors" "redis" {
  engine = "redis"
  vcpus  = 1
}

data "huaweicloud_taurusdb_flavors" "small" {
  engine                 = "gaussdb-mysql"
  version                = "8.0"
  availability_zone_mode = "single"
}

resource "huaweicloud_taurusdb_instance" "shop" {
  name              = "paper-shop"
  flavor            = data.huaweicloud_taurusdb_flavors.small.flavors[0].name
  password          = "Paper_Shop-1"
  vpc_id            = data.huaweicloud_vpc.net.id
  subnet_id         = data.huaweicloud_vpc_subnet.net.id
  security_group_id = data.huaweicloud_networking_secgroup.net.id
  read_replicas     = 1
}

resource "huaweicloud_geminidb_instance" "cache" {
  name              = "paper-cache"
  mode              = "Replication"
  password          = "Paper_Cache-1"
  availability_zone = data.huaweicloud_availability_zones.all.names[0]
  vpc_id            = data.huaweicloud_vpc.net.id
  subnet_id         = data.huaweicloud_vpc_subnet.net.id
  security_group_id = data.huaweicloud_networking_secgroup.net.id

  datastore {
    type           = "redis"
    version        = "5.0"
    storage_engine = "rocksDB"
  }

  flavor {
    num       = 2
    size      = 8
    storage   = "ULTRAHIGH"
    spec_code = data.huaweicloud_gaussdb_nosql_flavors.redis.flavors[0].name
  }
}

resource "huaweicloud_geminidb_memory_mapping" "shop_in_memory" {
  source_instance_id = huaweicloud_taurusdb_instance.shop.id
  target_instance_id = huaweicloud_geminidb_instance.cache.id
}
