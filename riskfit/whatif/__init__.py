"""What if the session were shorter, easier, cooler, later: many plans, the same arithmetic."""
