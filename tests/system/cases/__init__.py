"""Importing this registers every case."""

from . import autoboot, commands, debian, entry, faults, handover, http, memory

ALL = (debian, handover, memory, entry, autoboot, commands, faults, http)
