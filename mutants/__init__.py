"""A test of the tests: faults planted in the engine, each of which a property must catch.

`make mutants` makes every fault in a copy of the engine, runs the tests named with it, and says
which of them caught it. The properties P1 to P25 are named in `mutants.properties`.
"""
