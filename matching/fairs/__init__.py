"""Fair days: visitors, contacts, invitations and interviews; what joins people with the booths of a fair."""
