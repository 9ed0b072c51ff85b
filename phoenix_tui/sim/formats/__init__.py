"""The five wire formats, spoken from the server's side."""
