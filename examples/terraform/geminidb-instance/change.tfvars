name      = "paper-bigger-store"
password  = "Paper_Store-2"
size      = 24
spec_code = "geminidb.redis.xlarge.4"
num       = 4
keep_days = 10
moved     = true
