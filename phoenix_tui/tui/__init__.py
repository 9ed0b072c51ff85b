"""The full screen. Imports Textual; the core never imports this."""
