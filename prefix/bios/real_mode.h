// RealMode: calls into the BIOS and the other services of the resident part.
#pragma once

#include "base/str.h"
#include "prefix/bios/boot_info.h"

namespace kedge::bios {

/// Registers of a BIOS call. DS and ES are segments; leave them alone for the resident part's own,
/// where bounce() lies.
struct Registers {
    u32 eax = 0;
    u32 ebx = 0;
    u32 ecx = 0;
    u32 edx = 0;
    u32 esi = 0;
    u32 edi = 0;
    u32 ebp = 0;
    std::optional<u16> ds;
    std::optional<u16> es;
    u32 flags = 0;  // out

    bool carry() const { return (flags & 1) != 0; }
    u8 ah() const { return static_cast<u8>(eax >> 8); }
    u8 al() const { return static_cast<u8>(eax); }
    u16 ax() const { return static_cast<u16>(eax); }
};

/// A cell of teletype output, as the resident part reads it.
struct TextCell {
    u8 character;
    u8 attribute;
};

class RealMode {
  public:
    explicit RealMode(BootInfo& info) : info_(info) {}

    BootInfo& info() { return info_; }
    const BootInfo& info() const { return info_; }

    /// Buffer for BIOS calls, below 1 MiB; its offset in the segment of DS and ES is kBounce.
    MutableBytes bounce() const { return {physical<u8>(info_.base + kBounce), kBounceSize}; }

    /// INT `number`. Interrupts are on meanwhile; what was pending is served first.
    void interrupt(u8 number, Registers& registers);

    /// Calls function `number` of the PXE API at info().pxe_entry; the parameter block is at the
    /// start of bounce(). 0 means success.
    u16 call_pxe(u16 number);

    /// Prints the first `count` cells in bounce().
    void print(size_t count);

    /// Serves pending hardware interrupts: BIOS ticks, keyboard.
    void serve_interrupts();

    /// Back to the PXE stack that called us (info().caller), else to the BIOS's boot order.
    /// Everything of ours must be unhooked.
    [[noreturn]] void give_up();

    /// Starts a Linux kernel's real-mode half at segment:0 plus 0x200.
    [[noreturn]] void start_linux(u16 segment, u16 stack);

  private:
    void call(u32 function);
    RealRegisters& block() const { return *physical<RealRegisters>(info_.base + info_.registers); }

    BootInfo& info_;
};

/// The resident part as the BIOS data area sees it: words and bytes below 1 MiB.
inline u8 read_low8(u32 address) { return *physical<const volatile u8>(address); }
inline u16 read_low16(u32 address) { return *physical<const volatile u16>(address); }
inline u32 read_low32(u32 address) { return *physical<const volatile u32>(address); }
inline void write_low16(u32 address, u16 value) { *physical<volatile u16>(address) = value; }
inline void write_low32(u32 address, u32 value) { *physical<volatile u32>(address) = value; }

}  // namespace kedge::bios
