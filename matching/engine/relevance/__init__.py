"""How well ranked answers agree with judged ones: the ranker, its evidence, baselines and metrics."""
