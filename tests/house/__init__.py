"""The conventions of this project, as tests. They need nothing but the sources."""
