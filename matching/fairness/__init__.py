"""Who is seen, recommended and hired, by groups that no score may use."""
