"""One module a wire format, each pure; `base` says what an adapter is."""
