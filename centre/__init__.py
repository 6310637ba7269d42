"""The ground floor: people, the centre network and everything that every part of the service stands on."""
