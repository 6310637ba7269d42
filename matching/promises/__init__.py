"""Promises kept: the terms at the application, the letter, the contract, the first payslip and 90 days at work."""
