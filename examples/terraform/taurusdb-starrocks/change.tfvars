synced = "false"
