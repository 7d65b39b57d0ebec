"""Importing this registers every case."""

from . import autoboot, commands, customised, debian, entry, faults, handover, memory, pxe

ALL = (debian, handover, memory, entry, autoboot, commands, customised, faults, pxe)
