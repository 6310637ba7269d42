"""Enrolments: who learns in which class, and who pays which part of the tuition."""
