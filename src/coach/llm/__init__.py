"""The model engine: any OpenAI-compatible model, none trusted. The only module that imports LangChain.

`slots` says what of a section may be reworded, `endpoint` asks, `reading` reads, `engine` puts it together with the gate,
`doctor` tests a connection.
"""

from coach.llm.answers import Answers
from coach.llm.doctor import Finding, diagnose
from coach.llm.endpoint import Endpoint
from coach.llm.engine import ModelEngine

__all__ = ["Answers", "Endpoint", "Finding", "ModelEngine", "diagnose"]
