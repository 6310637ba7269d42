"""Outcomes of training: jobs after the certificate, and which major to open next."""
