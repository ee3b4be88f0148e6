"""Notes and documents to text to passages, with stable ids and exact character offsets. Writes nothing.

`files` reads a folder, `notes` parses the curated format, `passages` cuts text, `verify` judges the collection.
"""

from coach.knowledge.files import FileState, read, scan
from coach.knowledge.passages import CHUNKER, passages, sentences
from coach.knowledge.verify import Problem, verify

__all__ = ["CHUNKER", "FileState", "Problem", "passages", "read", "scan", "sentences", "verify"]
