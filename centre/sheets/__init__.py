"""Spreadsheets in and out: hostile files are opened only by a child process with little memory and little time."""
