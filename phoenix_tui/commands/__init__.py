"""One module a command of the command line, each over the same core."""
