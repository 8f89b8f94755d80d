"""The proof: judges, worlds and stories that put the promises to the test. Not published.

`histories`: one sync of two services, told by random stories, judged by an account of what people
did (`ledger`). `several_lanes`, `installations`: several lanes over one feed, two installations.
`crash_scenarios`: what a run may be in the middle of when it dies (`crashes`). `decisions`: the
decision table as people read it. The tests that play them are in `core/tests/engine`; `prove/`
plays them at length, and `mutants/` plants the faults that they must find.
"""
