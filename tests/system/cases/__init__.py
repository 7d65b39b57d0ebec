"""Importing this registers every case."""

import importlib

# In the order they run: what most depends on first.
ALL = tuple(importlib.import_module("." + name, __package__) for name in (
    "debian",
    "handover",
    "intel",
    "memory",
    "entry",
    "autoboot",
    "dhcp",
    "commands",
    "names",
    "tftp",
    "scripts",
    "menus",
    "customised",
    "faults",
    "http",
    "bad_network",
    "pxe",
    "others",
    "vlan",
))
