"""What outlives the program, in one SQLite file of the state folder: health, and the log of what happened."""
