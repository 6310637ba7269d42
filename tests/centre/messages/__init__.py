"""Tests of the register of messages."""
