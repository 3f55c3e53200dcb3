# A parameter template of DCS, made from one of the system.

terraform {
  required_providers {
    huaweicloud = {
      source = "huaweicloud/huaweicloud"
    }
  }
}

provider "huaweicloud" {}

variable "name" {
  default = "patient"
}

variable "timeout" {
  default = "600"
}

data "huaweicloud_dcs_templates" "system" {
  type           = "sys"
  engine         = "Redis"
  engine_version = "6.0"
  cache_mode     = "ha"
}

resource "huaweicloud_dcs_custom_template" "patient" {
  template_id = data.huaweicloud_dcs_templates.system.templates[0].template_id
  source_type = "sys"
  name        = var.name
  description = "clients may idle for ${var.timeout} seconds"

  params {
    param_name  = "timeout"
    param_value = var.timeout
  }
}
