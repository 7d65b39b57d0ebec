"""Importing this registers every case."""

from . import autoboot, bad_network, commands, debian, entry, faults, handover, memory

ALL = (debian, handover, memory, entry, autoboot, commands, faults, bad_network)
