password  = "Paper_App-2"
privilege = "ReadOnly"
databases = ["1", "3"]
