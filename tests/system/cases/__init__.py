"""Importing this registers every case."""

from . import (autoboot, bad_network, commands, customised, debian, entry, faults, handover, intel,
               memory, pxe, vlan)

ALL = (debian, handover, intel, memory, entry, autoboot, commands, customised, faults, bad_network,
       pxe, vlan)
