"""Pages for people: server-rendered, working without scripts, in Chinese and English."""

import gc

gc.set_threshold(50_000)
"""A start creates objects that stay: collecting after every 700 of them costs a tenth of the start."""
