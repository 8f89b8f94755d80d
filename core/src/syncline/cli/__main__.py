"""`python -m syncline.cli`: the same as the command `syncline`."""

from syncline.cli.main import entry_point

entry_point()
