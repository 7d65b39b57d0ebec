#!/usr/bin/env python3
"""Refuses an ELF file that would not survive as PE: relocations that gnu-efi's start code does not
apply, or loaded sections that the objcopy list would drop.

usage: check_elf.py FILE SECTION..."""
import subprocess
import sys


def readelf(option, path):
    return subprocess.run(["readelf", "--wide", option, path], check=True, capture_output=True,
                          text=True).stdout


def main():
    path, kept = sys.argv[1], sys.argv[2:]
    problems = []
    for line in readelf("--relocs", path).splitlines():
        fields = line.split()
        if len(fields) > 2 and fields[2].startswith("R_X86_64_") \
                and fields[2] != "R_X86_64_RELATIVE":
            problems.append("relocation " + line.strip())
    for line in readelf("--sections", path).splitlines():
        if "]" not in line:
            continue
        fields = line.split("]", 1)[1].split()
        if len(fields) < 8 or not fields[0].startswith("."):
            continue
        name, size, flags = fields[0], int(fields[4], 16), fields[6]
        # What only a dynamic linker reads may go: there is none.
        if "A" in flags and size and name not in kept \
                and name not in (".dynsym", ".dynstr", ".hash", ".gnu.hash"):
            problems.append("section %s would be lost" % name)
        if "W" in flags and "X" in flags:
            problems.append("section %s is writable and executable" % name)
    for problem in problems:
        print("%s: %s" % (path, problem), file=sys.stderr)
    return 1 if problems else 0


sys.exit(main())
