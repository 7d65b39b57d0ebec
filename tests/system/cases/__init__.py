"""Importing this registers every case."""

from . import autoboot, commands, debian, entry, faults, handover, memory, names, tftp

ALL = (debian, handover, memory, entry, autoboot, commands, faults, names, tftp)
