"""Pages for people: server-rendered, working without scripts, in Chinese and English."""
