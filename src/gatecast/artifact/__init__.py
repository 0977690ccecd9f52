"""The artifact room: fitted models as files that hold no code."""

from gatecast.artifact.container import is_artifact
from gatecast.artifact.store import load, save

__all__ = ["is_artifact", "load", "save"]
