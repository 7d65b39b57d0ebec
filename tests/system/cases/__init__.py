"""Importing this registers every case."""

from . import autoboot, commands, debian, entry, faults, handover, intel, memory, vlan

ALL = (debian, handover, intel, memory, entry, autoboot, commands, faults, vlan)
