"""One change of each kind that CONTRIBUTING.md guides through, and the proof that it works.

Each module has ``make(copy)``, which changes a copy of the package as the guide says, and
``prove()``, which runs in a process of its own in which ``riskfit`` is that copy.
"""
