weight = 0
