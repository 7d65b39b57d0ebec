"""Importing this registers every case."""

from . import (autoboot, commands, customised, debian, dhcp, entry, faults, handover, intel, memory,
               pxe, vlan)

ALL = (debian, handover, intel, memory, entry, autoboot, dhcp, commands, customised, faults, pxe,
       vlan)
