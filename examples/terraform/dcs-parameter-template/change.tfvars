name    = "very-patient"
timeout = "3600"
