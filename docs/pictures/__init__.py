"""Pictures of the real screen for the README, made by `make screenshots` and `make recording`."""
