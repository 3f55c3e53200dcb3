name        = "paper-front"
nodes       = 3
port        = 3338
split       = "OFF"
consistence = "eventual"
pool        = "CLOSED"
guarded     = false
weight      = 10
