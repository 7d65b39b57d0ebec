"""Where each kind of image has its appendix. For each: the image without it, the appendix, and the
image with another one. Nothing else of the image changes but the sizes that loaders read."""

import struct

from appendix import ImageError, decode
from fat16 import Fat16

SECTOR = 512

# The payload of BIOS images: prefix/bios/payload.h.
FRONT = 8
FRONT_MAGIC = b"KDGE"
# Base memory holds that much of an image beside the resident part: tools/build/make-img.py.
BASE_MEMORY = (620 - 64 - 48) * 1024


class Payload:
    """The payload at `at` in `image`."""

    def __init__(self, image, at):
        if image[at + FRONT:at + FRONT + 4] != FRONT_MAGIC:
            raise ImageError("this is no image of Kedge, or one of another version")
        self.at = at
        size, self.appendix_size = struct.unpack_from("<II", image, at + FRONT + 4)
        self.end = at + size
        self.version = bytes(image[at + FRONT + 12:at + FRONT + 24]).rstrip(b"\0").decode()

    def appendix(self, image):
        return bytes(image[self.end:self.end + self.appendix_size])

    def set_size(self, image, size):
        struct.pack_into("<I", image, self.at + FRONT + 8, size)


class Behind:
    """An image that ends with payload and appendix."""

    def __init__(self, image, at):
        self.payload = Payload(image, at)
        self.version = self.payload.version
        self.appendix = self.payload.appendix(image)
        self.base = self._with(image, b"")

    def _with(self, image, appendix):
        image = image[:self.payload.end] + appendix
        self.payload.set_size(image, len(appendix))
        return self.patch(image)

    def with_appendix(self, appendix):
        return self._with(bytearray(self.base), appendix)

    def patch(self, image):
        return image


class Lkrn(Behind):
    """kedge.lkrn. Linux boot protocol: syssize and init_size count the payload."""

    name = "lkrn"
    SYSSIZE, INIT_SIZE = 0x1F4, 0x260

    @staticmethod
    def fits(image):
        return image[0x202:0x206] == b"HdrS" and image[:2] != b"MZ"

    def __init__(self, image):
        self.setup = (image[0x1F1] + 1) * SECTOR
        super().__init__(image, self.setup)

    def patch(self, image):
        size = len(image) - self.setup
        struct.pack_into("<I", image, self.SYSSIZE, size // 16)
        struct.pack_into("<I", image, self.INIT_SIZE, (size + 0xFFF) & ~0xFFF)
        return image


class Pxe(Behind):
    """kedge.pxe: prefix/bios/pxe.asm."""

    name = "pxe"

    @staticmethod
    def fits(image):
        return image[8:12] == b"KDGP"

    def __init__(self, image):
        super().__init__(image, struct.unpack_from("<I", image, 12)[0])

    def patch(self, image):
        if len(image) > BASE_MEMORY:
            raise ImageError(f"a PXE ROM loads into base memory: {len(image) - BASE_MEMORY} bytes "
                             "too many. Leave the larger files on the server")
        return image


class Efi:
    """kedge.efi. PE/COFF specification; the appendix is a section of its own, so that a signature
    covers it."""

    name = "efi"
    SECTION = b".kedge\0\0"
    PAGE = 4096
    CHECKSUM, SIZE_OF_IMAGE, SIZE_OF_HEADERS, CERTIFICATES = 64, 56, 60, 112 + 4 * 8
    READ_DATA = 0x40000040      # initialized data, readable

    @staticmethod
    def fits(image):
        if image[:2] != b"MZ" or len(image) < 0x40:
            return False
        at = struct.unpack_from("<I", image, 0x3C)[0]
        return image[at:at + 6] == b"PE\0\0\x64\x86"

    def __init__(self, image):
        self.coff = struct.unpack_from("<I", image, 0x3C)[0] + 4
        self.optional = self.coff + 20
        self.table = self.optional + struct.unpack_from("<H", image, self.coff + 16)[0]
        certificates = struct.unpack_from("<II", image, self.optional + self.CERTIFICATES)
        self.signed = certificates != (0, 0)
        self.alignment = struct.unpack_from("<I", image, self.optional + 36)[0]
        self.appendix = b""
        base = bytearray(image)
        sections = self.sections(image)
        if sections and sections[-1][0] == self.SECTION:
            _, size, address, _, place = sections[-1]
            self.appendix = bytes(image[place:place + size])
            base = base[:place]
            at = self.table + 40 * (len(sections) - 1)
            base[at:at + 40] = bytes(40)
            self.finish(base, len(sections) - 1, address)
        self.base = base
        self.version = self.find_version()

    def sections(self, image):
        """(name, size, address, size in the file, place in the file) of each."""
        count = struct.unpack_from("<H", image, self.coff + 2)[0]
        return [struct.unpack_from("<8sIIII", image, self.table + 40 * i) for i in range(count)]

    def finish(self, image, count, size):
        struct.pack_into("<H", image, self.coff + 2, count)
        struct.pack_into("<I", image, self.optional + self.SIZE_OF_IMAGE,
                         -(-size // self.PAGE) * self.PAGE)
        struct.pack_into("<I", image, self.optional + self.CHECKSUM, 0)
        words = struct.unpack(f"<{len(image) // 2}H", image[:len(image) // 2 * 2])
        total = sum(words) + (image[-1] if len(image) % 2 else 0)
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        struct.pack_into("<I", image, self.optional + self.CHECKSUM, total + len(image))

    def find_version(self):
        for name, size, _, _, place in self.sections(self.base):
            if name.rstrip(b"\0") != b".sbat":
                continue
            for line in self.base[place:place + size].decode().splitlines():
                fields = line.split(",")
                if fields[0] == "kedge" and len(fields) > 4:
                    return fields[4]
        raise ImageError("this is no image of Kedge, or one of another version")

    def with_appendix(self, appendix):
        if self.signed:
            raise ImageError("the image is signed: change it first, then sign it")
        image = bytearray(self.base)
        if not appendix:
            return image
        sections = self.sections(image)
        at = self.table + 40 * len(sections)
        headers = struct.unpack_from("<I", image, self.optional + self.SIZE_OF_HEADERS)[0]
        if at + 40 > headers or any(image[at:at + 40]):
            raise ImageError("the image has no room for another section header")
        if len(image) % self.alignment:
            raise ImageError("the image does not end with its last section")
        address = struct.unpack_from("<I", image, self.optional + self.SIZE_OF_IMAGE)[0]
        padded = appendix + bytes(-len(appendix) % self.alignment)
        struct.pack_into("<8sIIII12xI", image, at, self.SECTION, len(appendix), address,
                         len(padded), len(image), self.READ_DATA)
        image += padded
        self.finish(image, len(sections) + 1, address + len(appendix))
        return image


class Img:
    """kedge.img: one appendix behind the payload for BIOS (prefix/bios/mbr.asm), the same in the
    EFI system partition's BOOTX64.EFI."""

    name = "img"
    SECTORS, PARTITION = 0x1B0, 0x1C6
    FILE = "EFI/BOOT/BOOTX64.EFI"

    @staticmethod
    def fits(image):
        return len(image) > SECTOR and image[510:512] == b"\x55\xAA" and image[0x1C2] == 0xEF

    def __init__(self, image):
        first, resident = struct.unpack_from("<HH", image, self.SECTORS)
        self.payload = Payload(image, SECTOR * (1 + resident))
        self.version = self.payload.version
        self.partition = SECTOR * struct.unpack_from("<I", image, self.PARTITION)[0]
        self.appendix = self.payload.appendix(image)
        del first
        self.base = self._with(image, b"")

    def _with(self, image, appendix):
        image = bytearray(image)
        payload = self.payload
        old = Payload(image, payload.at).appendix_size
        end = payload.end + len(appendix)
        if end > SECTOR + BASE_MEMORY or end > self.partition:
            over = end - min(SECTOR + BASE_MEMORY, self.partition)
            raise ImageError(f"a BIOS loads it into base memory: {over} bytes too many. Put the "
                             "larger files on a server, or into the EFI system partition")
        image[payload.end:payload.end + old] = bytes(old)
        image[payload.end:end] = appendix
        payload.set_size(image, len(appendix))
        struct.pack_into("<H", image, self.SECTORS, -(-end // SECTOR) - 1)
        files = Fat16(image, self.partition)
        efi = Efi(files.read(self.FILE))
        files.replace(self.FILE, bytes(efi.with_appendix(appendix)))
        return image

    def with_appendix(self, appendix):
        return self._with(self.base, appendix)


def open_image(data):
    """The image in one of the classes above: .name, .version, .base, .appendix, .entries."""
    data = bytearray(data)
    for kind in (Lkrn, Efi, Pxe, Img):
        if kind.fits(data):
            image = kind(data)
            image.entries, image.digest = decode(image.appendix)
            return image
    raise ImageError("this is no image of Kedge (img, lkrn, pxe, efi)")
