"""Planned sessions and the weather they will meet, from files."""
