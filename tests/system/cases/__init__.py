"""Importing this registers every case."""

from . import debian

ALL = (debian,)
