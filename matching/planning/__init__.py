"""Planning the suggestions of a night for the whole city together (统筹)."""
