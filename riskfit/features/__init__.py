"""Activity (or plan), athlete, conditions and history in; one row of features out."""
