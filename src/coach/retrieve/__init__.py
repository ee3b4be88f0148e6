"""Finds what the knowledge folders hold on a query, and says whether that is enough.

`fusion` ranks passages, `coverage` judges, `search` puts both behind `Retriever`.
"""

from coach.retrieve.search import Retriever

__all__ = ["Retriever"]
