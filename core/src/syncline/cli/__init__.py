"""The command line: `main` is the way in, `commands` has one module per command.

A command works, and returns an `Answer`; `answer` prints it, for people or as JSON. Nothing that
is slow to import (rich, pydantic, the engine) is imported before a command needs it.
"""
