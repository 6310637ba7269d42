"""Introducing people to openings: recommendations, letters, results, placements and their follow-up."""
