"""How well a worker and an opening fit: profiles, hard conditions, points, order and reasons, one pair at a time."""
