"""Pages for people: server-rendered, working without scripts, in Chinese and English."""

import gc

gc.set_threshold(50_000)
"""What a start makes stays: looking through it for garbage after every 700 things was a seventh of the start."""
