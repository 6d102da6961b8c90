"""The questions that settle most of a score, what answers mean, and what each one changed."""
