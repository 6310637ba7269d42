"""Subsidy claims of schools: from the batch through checks and public notice to payment, and back again."""
