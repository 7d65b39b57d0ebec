"""Importing this registers every case."""

from . import autoboot, commands, debian, dhcp, entry, faults, handover, memory

ALL = (debian, handover, memory, entry, autoboot, dhcp, commands, faults)
