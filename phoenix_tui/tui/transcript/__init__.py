"""The transcript without its widget: what was said, and how it falls into lines."""
