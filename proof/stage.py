"""Stories, played one after the other; and of one that breaks a promise, the shortest that does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Generic, TypeVar

Story = TypeVar("Story")


class Stage(ABC, Generic[Story]):
    """Where stories of one kind are played."""

    @abstractmethod
    def play(self, story: Story) -> object:
        """Play it to its end.

        Raises:
            AssertionError: a promise was broken; its name begins the message.

        """

    @abstractmethod
    def shorter(self, story: Story) -> Iterator[Story]:
        """The same with one thing less: big things first."""

    def broken(self, story: Story) -> str:
        """The promise that the story breaks; empty if it breaks none."""
        try:
            self.play(story)
        except Exception as error:  # noqa: BLE001 - a crash of the engine is a finding, too
            return f"{type(error).__name__}: {error}".splitlines()[0]
        return ""

    def shortened(self, story: Story, broken: str, tries: int = 150) -> Story:
        """A story that still breaks the same promise, from which nothing can be left out (or not
        within so many tries).
        """
        promise, again = _promise(broken), True
        while again:
            again = False
            for shorter in self.shorter(story):
                tries -= 1
                if tries < 0:
                    return story
                if _promise(self.broken(shorter)) == promise:
                    story, again = shorter, True
                    break
        return story


def _promise(broken: str) -> tuple[str, ...]:
    """The kind of error and the property's name."""
    return tuple(broken.split()[:2])
