"""Training providers, their agreements with the centre, and their majors."""
