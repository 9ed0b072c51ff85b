"""Screens own state and workers; widgets get it by data binding."""
