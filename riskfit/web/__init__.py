"""The page on the own machine: check, analyse, browse and log, on loopback unless told otherwise.

Nothing that a client sends is ever opened as a path, nothing but our own pages may ask, and
nothing of a session is written unless an outcome is logged.
"""
