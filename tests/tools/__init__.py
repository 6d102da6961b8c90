"""Tools of the tests: a FIT encoder, a generator of sessions, builders of export archives."""
