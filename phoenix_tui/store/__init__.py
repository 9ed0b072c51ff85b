"""What outlives the program, in one SQLite file of the state folder: health, and the log of what happened."""

from phoenix_tui.store.incidents import Found, Session, Wanted
from phoenix_tui.store.store import Store, open_store

__all__ = ["Found", "Session", "Store", "Wanted", "open_store"]
