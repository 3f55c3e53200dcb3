role        = "write"
password    = "Paper_Read_2"
description = "reads and writes"
