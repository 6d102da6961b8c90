"""What is known of a session as numbers: the catalogue of features, and how each is computed."""
