"""Importing this registers every case."""

from . import (autoboot, commands, customised, debian, entry, faults, handover, intel, memory, pxe,
               vlan)

ALL = (debian, handover, intel, memory, entry, autoboot, commands, customised, faults, pxe, vlan)
