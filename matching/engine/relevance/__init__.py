"""Ranking documents for titles and evaluating the ranking: the ranker, its evidence, baselines and metrics."""
