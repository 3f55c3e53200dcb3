# Parameter templates of GeminiDB: one made, one copied from it with other values, both compared, one reset.

terraform {
  required_providers {
    huaweicloud = {
      source = "huaweicloud/huaweicloud"
    }
  }
}

provider "huaweicloud" {}

variable "description" {
  default = "patient"
}

variable "timeout" {
  default = "30000"
}

variable "reads" {
  default = "128"
}

resource "huaweicloud_geminidb_parameter_template" "patient" {
  name        = "paper-patient"
  description = var.description
  values      = { request_timeout_in_ms = var.timeout }

  datastore {
    type    = "cassandra"
    version = "3.11"
    mode    = "Cluster"
  }
}

resource "huaweicloud_geminidb_parameter_template_copy" "busy" {
  config_id   = huaweicloud_geminidb_parameter_template.patient.id
  name        = "paper-busy"
  description = "a copy that reads more at once"
  values      = { concurrent_reads = var.reads }
}

resource "huaweicloud_geminidb_parameter_template" "plain" {
  name = "paper-plain"

  datastore {
    type    = "cassandra"
    version = "3.11"
  }
}

resource "huaweicloud_geminidb_parameter_template_compare" "both" {
  source_configuration_id = huaweicloud_geminidb_parameter_template.patient.id
  target_configuration_id = huaweicloud_geminidb_parameter_template.plain.id
}

resource "huaweicloud_geminidb_parameter_template_reset" "plain" {
  config_id = huaweicloud_geminidb_parameter_template.plain.id
}
