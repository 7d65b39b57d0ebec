#include "prefix/bios/pxe_entry.h"

#include "base/endian.h"
#include "base/str.h"

namespace kedge::bios {

namespace {

struct Shape {
    StrView signature;
    size_t length_at;
    size_t min_length;
    size_t entry_at;
};

constexpr Shape kBangPxe = {"!PXE", 4, 0x58, 16};
constexpr Shape kPxenv = {"PXENV+", 8, 0x26, 10};

constexpr size_t kPxenvVersion = 6;
constexpr size_t kPxenvBangPxe = 40;
constexpr u16 kVersionWithBangPxe = 0x0201;

/// The structure without what follows it; empty if it is not there.
Bytes structure_at(Bytes memory, u32 far, const Shape& shape) {
    const u32 address = linear(far);
    if (far == 0 || address >= memory.size()) return {};
    const Bytes found = memory.subspan(address);
    if (found.size() < shape.min_length || !StrView::from(found).starts_with(shape.signature))
        return {};
    const size_t length = found[shape.length_at];
    if (length < shape.min_length || length > found.size()) return {};
    u8 sum = 0;
    for (const u8 byte : found.first(length)) sum = static_cast<u8>(sum + byte);
    return sum == 0 ? found.first(length) : Bytes();
}

u32 entry_of(Bytes structure, const Shape& shape) {
    return structure.empty() ? 0 : load_le<u32>(structure.subspan(shape.entry_at));
}

}  // namespace

u32 find_pxe_entry(Bytes memory, u32 structure) {
    if (const u32 entry = entry_of(structure_at(memory, structure, kBangPxe), kBangPxe)) {
        return entry;
    }
    const Bytes pxenv = structure_at(memory, structure, kPxenv);
    if (pxenv.size() >= kPxenvBangPxe + 4 &&
        load_le<u16>(pxenv.subspan(kPxenvVersion)) >= kVersionWithBangPxe) {
        const u32 newer = load_le<u32>(pxenv.subspan(kPxenvBangPxe));
        if (const u32 entry = entry_of(structure_at(memory, newer, kBangPxe), kBangPxe)) {
            return entry;
        }
    }
    return entry_of(pxenv, kPxenv);
}

}  // namespace kedge::bios
