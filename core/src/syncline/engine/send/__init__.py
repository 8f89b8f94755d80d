"""Writes on their way: intents, calls, outcomes, and what an earlier run left without one."""
