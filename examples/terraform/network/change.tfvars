stage       = "two"
description = "where more databases live"
secondary   = ["10.41.0.0/16"]
ports       = "6379-6389,8635"
