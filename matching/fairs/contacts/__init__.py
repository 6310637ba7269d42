"""What happens at the booths on the day: talks and their outcomes, complaints, and the figures that follow."""
