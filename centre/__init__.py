"""The foundation of all packages: people, the centre network, accounts, storage and rules."""
