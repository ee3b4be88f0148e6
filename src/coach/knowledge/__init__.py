"""Notes and documents to text to passages, with stable ids and exact character offsets. Writes nothing.

`files` reads a folder, `notes` parses the curated format, `passages` cuts text, `verify` judges the collection,
`statistics` counts it, `template` begins a new note.
"""

from coach.knowledge.files import FileState, read, scan
from coach.knowledge.passages import CHUNKER, LEADS, NAME, passages, sentences
from coach.knowledge.statistics import Statistics, facts_of, grade, prose_of, statistics
from coach.knowledge.template import note_id, template
from coach.knowledge.verify import Problem, verify

__all__ = [
    "CHUNKER",
    "LEADS",
    "NAME",
    "FileState",
    "Problem",
    "Statistics",
    "facts_of",
    "grade",
    "note_id",
    "passages",
    "prose_of",
    "read",
    "scan",
    "sentences",
    "statistics",
    "template",
    "verify",
]
