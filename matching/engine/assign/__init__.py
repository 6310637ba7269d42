"""Suggestions planned together: who is sent where, so that as many as possible are hired."""
