"""Results as JSON documents, with full doubles."""
