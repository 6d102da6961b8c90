"""Results as pages that hold all they need."""
