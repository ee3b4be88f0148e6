"""Passages in Chroma and in a word index, kept up to date, safe to read while it is written.

`opening` decides whether to build, `files` finds what changed, `writer` writes a generation, `snapshot` and `home` are
its form on disk, `spill` saves unfinished work, `vectors` is Chroma, `dense` completes its answers, `words` is BM25,
`reader` is what a search uses.
"""

from coach.index.dense import Ranked
from coach.index.files import Progress
from coach.index.opening import open_index
from coach.index.reader import Index

__all__ = ["Index", "Progress", "Ranked", "open_index"]
