"""Durable memory of the services: one SQLite file, one writer per table."""
