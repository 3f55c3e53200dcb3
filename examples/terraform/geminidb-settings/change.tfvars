lock_time = "7"
threshold = 85
trusted   = ["192.168.1.15", "192.168.1.16"]
begin     = "06:00"
end       = "10:00"
watched   = "false"
blocked   = "198.51.100.0/24"
