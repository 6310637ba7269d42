"""The fund that pays the centre's share of a class."""
