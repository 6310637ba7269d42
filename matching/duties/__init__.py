"""What the centre owes whoever is registered, and introductions that do not go on (服务时限)."""
