"""Parts of pages that are generated: what stands between two marks is replaced."""

from __future__ import annotations

import re


def filled(text: str, name: str, content: str) -> str:
    """The text with this content between the marks of this name."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    block = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    return block.sub(lambda _: f"{begin}\n{content}\n{end}", text)
