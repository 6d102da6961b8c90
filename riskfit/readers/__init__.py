"""Workout files in: bytes to Activity.  Nothing outside this folder knows a file format."""
