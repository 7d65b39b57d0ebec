// BootInfo: what the resident real-mode part (prefix/bios/real) tells us and does for us.
#pragma once

#include "base/types.h"

namespace kedge::bios {

/// At the start of the resident part, in base memory; the layout is that of real/resident.inc.
/// Offsets are relative to `base`.
struct BootInfo {
    std::array<u8, 8> jump;
    u32 magic;
    u32 payload;
    u32 floor;
    u32 ceiling;
    u32 command_line;  // physical address of NUL-ended text, or 0
    u32 initrd;        // physical address
    u32 initrd_size;
    u32 drive;        // BIOS drive number, or all ones
    u32 caller;       // where a PXE stack called us from; 0: come back by INT 18h
    u32 environment;  // far pointer to PXENV+, unless it is something else
    u32 base;
    u32 base_memory;  // 40:13 as found, KiB
    u32 map_entries;  // in the bounce buffer at start
    u32 call_real;
    u32 registers;
    u32 do_interrupt;
    u32 do_text;
    u32 do_pending;
    u32 do_fail;
    u32 do_jump;
    u32 do_pxe;
    u32 hook;
    u32 real_entry;
    u32 pxe_entry;  // far pointer
    u32 status;     // for the caller: PXENV_EXIT
    u32 old_int15;
    u32 hidden_entries;
    u32 below_16m;
    u32 above_16m;
    u32 size_88;
    // The unpacker's part.
    u64 body;       // where our code lies; page aligned
    u64 body_size;  // with .bss, stack and heap: all of it is ours until hand-over
    u64 heap;
    u64 heap_size;
    u32 appendix;
    u32 appendix_size;
};
static_assert(offsetof(BootInfo, call_real) == 60 && offsetof(BootInfo, body) == 128);

constexpr u32 kBootMagic = 0x3147444b;
constexpr u32 kResidentSize = 0xc000;
constexpr u32 kHiddenMap = 0x1000;
/// Rows that the BIOS's map may have; the unpacker refuses more.
constexpr u32 kMapMax = 166;
/// Each of the two hidden ranges may split a row.
constexpr u32 kHiddenMapMax = kMapMax + 4;
constexpr u32 kBounce = 0x2000;
static_assert(kHiddenMap + kHiddenMapMax * 24 <= kBounce);
constexpr u32 kBounceSize = 0x2000;
constexpr u32 kPageTables = 0x4000;
constexpr u32 kRealStackTop = 0xc000;

/// The register block of the resident part.
struct RealRegisters {
    u32 eax;
    u32 ebx;
    u32 ecx;
    u32 edx;
    u32 esi;
    u32 edi;
    u32 ebp;
    u16 ds;
    u16 es;
    u32 flags;
    u32 number;
};
static_assert(sizeof(RealRegisters) == 40);

/// A physical address below 4 GiB as a pointer. Hidden from the compiler, which takes small
/// constants for null pointers with an offset.
template <typename T>
T* physical(u64 address) {
    asm("" : "+r"(address));
    return reinterpret_cast<T*>(address);
}

}  // namespace kedge::bios
