name      = "paper-bigger-shop"
password  = "Paper_Shop-2"
replicas  = 2
keep_days = 10
begin     = "08:00"
end       = "11:00"
port      = 3307
watched   = false
