days        = 60
concurrency = 30
cpu         = 80
