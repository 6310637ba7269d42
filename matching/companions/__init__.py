"""People who want to leave together: couples, sisters, a village's team (结伴外出)."""
