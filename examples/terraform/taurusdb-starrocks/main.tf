# An instance of StarRocks that analyses what is in a TaurusDB instance.

terraform {
  required_providers {
    huaweicloud = {
      source = "huaweicloud/huaweicloud"
    }
  }
}

provider "huaweicloud" {}

variable "synced" {
  default = "true"
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

data "huaweicloud_taurusdb_htap_flavors" "all" {
  engine_name            = "star-rocks"
  availability_zone_mode = "single"
}

data "huaweicloud_taurusdb_htap_datastores" "all" {
  engine_name = "star-rocks"
}

locals {
  flavors = {
    for part in ["fe", "be"] : part => [
      for flavor in data.huaweicloud_taurusdb_htap_flavors.all.flavors : flavor.id
      if length(regexall("sr-${part}", flavor.spec_code)) > 0
    ][0]
  }
}

resource "huaweicloud_taurusdb_htap_starrocks_instance" "reports" {
  instance_id          = huaweicloud_taurusdb_instance.shop.id
  name                 = "paper-reports"
  db_root_pwd          = "Paper_Reports-1"
  az_mode              = "single"
  az_code              = "eu-mock-1a"
  fe_flavor_id         = local.flavors.fe
  be_flavor_id         = local.flavors.be
  fe_count             = 1
  be_count             = 1
  enable_users_sync    = var.synced
  open_slow_log_switch = var.synced
  be_parameter_values  = { alter_tablet_worker_count = "1" }
  fe_parameter_values  = { bdbje_heartbeat_timeout_second = "10" }

  engine {
    type    = "star-rocks"
    version = data.huaweicloud_taurusdb_htap_datastores.all.datastores[0].name
  }

  ha {
    mode = "Single"
  }

  fe_volume {
    io_type        = "SSD"
    capacity_in_gb = 50
  }

  be_volume {
    io_type        = "SSD"
    capacity_in_gb = 50
  }

  tags_info {
    sys_tags {
      key   = "_sys_enterprise_project_id"
      value = "0"
    }
  }
}
