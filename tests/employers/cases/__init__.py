"""Tests of desk cases that know an employer."""
