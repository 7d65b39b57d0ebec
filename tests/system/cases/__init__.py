"""Importing this registers every case."""

from . import (autoboot, commands, customised, debian, entry, faults, handover, intel, memory, menus,
               pxe, vlan)

ALL = (debian, handover, intel, memory, entry, autoboot, commands, menus, customised, faults, pxe,
       vlan)
