password    = "Paper_App-2"
description = "reads and writes"
increment   = "200"
