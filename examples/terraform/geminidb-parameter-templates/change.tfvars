description = "very patient"
timeout     = "60000"
reads       = "256"
