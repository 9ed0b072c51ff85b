"""Widgets only show: they compose, watch and post messages. No network, no policy, no settings."""
