"""What is said of a session, a plan, a batch: made once, shown by the terminal and by pages."""
