"""Lists of people that leave as files: with a reason, a mark, an entry in the log, and a second yes for many."""
