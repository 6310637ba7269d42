"""Screening of advertisements in three layers: rules that block, a lexicon and a classifier that ask."""
