"""A planned session, or thousands of variants of it, as rows of the feature table."""
