"""The project's tests. A regular package, since a dependency installs a stray top-level `tests`."""
