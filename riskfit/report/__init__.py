"""Results out: text, tables and pages.  Only here is anything rounded."""
