"""What becomes of trainees: jobs after the certificate, and which major to open next."""
