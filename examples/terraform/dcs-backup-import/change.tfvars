nights = ["monday", "tuesday"]
