"""What employers bring: themselves, their openings and the fairs where they meet people."""
