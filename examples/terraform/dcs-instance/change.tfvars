name      = "paper-bigger-cache"
flavor    = "redis.ha.xu1.large.r2.2"
capacity  = 2
password  = "Paper_Cache_2"
offices   = ["10.0.0.0/8", "172.16.0.0/12"]
timeout   = "600"
save_days = 5
encrypted = true
