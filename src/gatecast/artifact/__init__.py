"""The artifact room: fitted models, and trainings under way, as files that hold no code."""

from gatecast.artifact.checkpoint import checkpointing
from gatecast.artifact.container import is_artifact
from gatecast.artifact.store import load, save

__all__ = ["checkpointing", "is_artifact", "load", "save"]
