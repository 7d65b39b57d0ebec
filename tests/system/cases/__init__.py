"""Importing this registers every case."""

from . import autoboot, commands, debian, faults, handover

ALL = (debian, handover, autoboot, commands, faults)
