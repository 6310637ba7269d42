"""After the arrival: the hand-over, the contract, staying or returning, the travel subsidy, and what is counted."""
