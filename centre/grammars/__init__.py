"""One grammar for each kind of field that people write: it reads the whole text, or refuses and says what to ask.

Every door (forms, the API, imports, `gangqiao match`) reads a field through these modules. A grammar never takes the
first figure that fits: what it does not understand to the last character raises a subclass of `Unreadable`.
"""
