"""Transforms: pure functions from a canonical value to a canonical value, registered by name.

A value that several plugins change in turn is no hook (the results of a hook are collected, not
chained) but a named function, applied where the configuration names it.
"""

from __future__ import annotations

from collections.abc import Callable

from syncline.model.fields import Value

Transform = Callable[[Value], Value]
