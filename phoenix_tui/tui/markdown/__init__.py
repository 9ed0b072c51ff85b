"""Markdown as it streams in, laid out to lines; nothing here knows a widget, a colour or an event loop."""
