"""Organised labour export: inspected projects, batches with transport and escorts, their members, and what follows."""
