"""Pages of labour export: the officer's desk, escorts and group leaders, the employer at the gate."""
