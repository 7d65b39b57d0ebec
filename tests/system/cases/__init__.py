"""Importing this registers every case."""

from . import autoboot, commands, debian, entry, faults, handover, memory, menus

ALL = (debian, handover, memory, entry, autoboot, commands, menus, faults)
