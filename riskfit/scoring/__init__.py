"""Scoring: a session, its minutes or a table of a million rows, all by one arithmetic."""
