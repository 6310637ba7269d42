"""Companies: registration, verification, risk and the people who act for them."""
