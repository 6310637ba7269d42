"""Pages for people: server-rendered, working without scripts, in Chinese and English."""

import gc

gc.set_threshold(1_000_000)
"""What a start makes stays: looking through it for garbage was a seventh of the start. `api.app` sets what serves."""
