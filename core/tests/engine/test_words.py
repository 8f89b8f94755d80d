"""Operations in the words of people."""

from __future__ import annotations

import pytest

from syncline.engine.words import with_names


@pytest.mark.parametrize("left", ["outlook", "right"])
@pytest.mark.parametrize("right", ["crm", "left"])
def test_a_reason_names_the_winning_connection_whatever_it_is_called(left: str, right: str) -> None:
    said = "changed on both sides: left wins (left_wins); first sync: right wins (newest_wins)"

    assert with_names(said, left, right) == (
        f"changed on both sides: {left} wins ({left}_wins); first sync: {right} wins (newest_wins)"
    )


PLUGIN = "(decided by judge: I told them\nleft wins (always))"


@pytest.mark.parametrize("end", ["", ", but creating is switched off there"])
def test_what_a_plugin_says_stays_as_it_said_it(end: str) -> None:
    reason = f"changed on both sides: left wins {PLUGIN}{end}; first sync: right wins {PLUGIN}{end}"

    assert with_names(reason, "outlook", "crm") == (
        f"changed on both sides: outlook wins {PLUGIN}{end}; first sync: crm wins {PLUGIN}{end}"
    )
