"""Files of a FAT16 file system inside a disk image: read, and written anew in their place.

Microsoft Extensible Firmware Initiative FAT32 File System Specification 1.03.
"""

import struct

from appendix import ImageError

END = 0xFFF8
FREE = 0


class Fat16:
    """The file system in `disk` (a bytearray, changed in place) at the byte `start`."""

    def __init__(self, disk, start):
        self.disk = disk
        size, cluster_sectors, reserved, self.copies, entries = struct.unpack_from("<HBHBH", disk,
                                                                                   start + 11)
        self.fat_bytes = struct.unpack_from("<H", disk, start + 22)[0] * size
        total = struct.unpack_from("<H", disk, start + 19)[0]
        total = total or struct.unpack_from("<I", disk, start + 32)[0]
        if disk[start + 54:start + 59] != b"FAT16" or not size or not cluster_sectors:
            raise ImageError("the first partition holds no FAT16 file system")
        self.cluster = size * cluster_sectors
        self.fat = start + reserved * size
        self.root = self.fat + self.copies * self.fat_bytes
        self.root_bytes = entries * 32
        self.data = self.root + self.root_bytes
        self.clusters = (start + total * size - self.data) // self.cluster

    def _link(self, cluster):
        return struct.unpack_from("<H", self.disk, self.fat + cluster * 2)[0]

    def _set_link(self, cluster, value):
        for copy in range(self.copies):
            at = self.fat + copy * self.fat_bytes + cluster * 2
            struct.pack_into("<H", self.disk, at, value)

    def _chain(self, first):
        chain = []
        while 2 <= first < self.clusters + 2 and len(chain) <= self.clusters:
            chain.append(first)
            first = self._link(first)
        return chain

    def _place(self, cluster):
        return self.data + (cluster - 2) * self.cluster

    def _entry(self, path):
        """Where in the disk the directory entry of the file is."""
        places = range(self.root, self.root + self.root_bytes, 32)
        at = None
        for name in path.split("/"):
            base, _, extension = name.upper().partition(".")
            short = base.ljust(8).encode() + extension.ljust(3).encode()
            at = next((p for p in places if self.disk[p:p + 11] == short), None)
            if at is None:
                raise ImageError(f"there is no {path} in the EFI system partition")
            first = struct.unpack_from("<H", self.disk, at + 26)[0]
            places = [self._place(c) + i for c in self._chain(first)
                      for i in range(0, self.cluster, 32)]
        return at

    def read(self, path):
        first, size = struct.unpack_from("<HI", self.disk, self._entry(path) + 26)
        data = b"".join(self.disk[self._place(c):self._place(c) + self.cluster]
                        for c in self._chain(first))
        return bytes(data[:size])

    def replace(self, path, data):
        """The file keeps its first clusters; what it no longer needs is zeroed."""
        entry = self._entry(path)
        chain = self._chain(struct.unpack_from("<H", self.disk, entry + 26)[0])
        wanted = -(-len(data) // self.cluster)
        free = (c for c in range(2, self.clusters + 2) if self._link(c) == FREE)
        extra = [c for c, _ in zip(free, range(wanted - len(chain)))]
        if len(chain) + len(extra) < wanted:
            missing = (wanted - len(chain) - len(extra)) * self.cluster
            raise ImageError(f"the EFI system partition is too small by {missing} bytes")
        for cluster in chain[wanted:]:
            self._set_link(cluster, FREE)
            self.disk[self._place(cluster):self._place(cluster) + self.cluster] = bytes(self.cluster)
        chain = chain[:wanted] + extra
        for index, cluster in enumerate(chain):
            self._set_link(cluster, chain[index + 1] if index + 1 < len(chain) else 0xFFFF)
            part = data[index * self.cluster:(index + 1) * self.cluster]
            self.disk[self._place(cluster):self._place(cluster) + self.cluster] = part.ljust(
                self.cluster, b"\0")
        struct.pack_into("<I", self.disk, entry + 28, len(data))
