// What unit tests install behind the arch seam: I/O ports, device registers, the CPU.
//
// Everything is routed for the life of an RAII object; nothing is installed by default. A port
// without a model reads all ones and swallows writes, as an empty bus does.
#pragma once

#include <deque>
#include <map>
#include <utility>

#include "arch/cpu.h"
#include "base/types.h"

namespace kedge::arch::host {

class PortModel {
  public:
    virtual u32 in(u16 port, u8 width) = 0;
    virtual void out(u16 port, u8 width, u32 value) = 0;

  protected:
    ~PortModel() = default;
};

/// Routes ports `first` to `first + count - 1` to `model`. Ranges must not overlap.
class PortRange {
  public:
    PortRange(PortModel& model, u16 first, u32 count);
    ~PortRange();
    PortRange(const PortRange&) = delete;
    PortRange& operator=(const PortRange&) = delete;

    PortModel& model;
    const u32 first;
    const u32 count;
};

class MmioModel {
  public:
    virtual u32 mmio_read(u64 offset, u8 width) = 0;
    virtual void mmio_write(u64 offset, u8 width, u32 value) = 0;

  protected:
    ~MmioModel() = default;
};

/// Reserves addresses that only the mmio_* functions can reach: a plain load or store there is a
/// segmentation fault. Addresses outside every window are plain memory to the mmio_* functions.
class MmioWindow {
  public:
    MmioWindow(MmioModel& model, size_t size);
    ~MmioWindow();
    MmioWindow(const MmioWindow&) = delete;
    MmioWindow& operator=(const MmioWindow&) = delete;

    volatile u8* base() const { return base_; }
    size_t size() const { return size_; }
    MmioModel& model() const { return model_; }

  private:
    MmioModel& model_;
    size_t size_;
    volatile u8* base_;
};

/// Model-specific registers with side effects.
class MsrModel {
  public:
    virtual u64 read(Msr msr) = 0;
    virtual void write(Msr msr, u64 value) = 0;

  protected:
    ~MsrModel() = default;
};

/// The CPU that the seam shows while it exists; one at a time. Without one, cpuid is all zero, the
/// time-stamp counter advances by 1000 per reading, and MSRs read zero.
struct Cpu {
    Cpu();
    ~Cpu();
    Cpu(const Cpu&) = delete;
    Cpu& operator=(const Cpu&) = delete;

    std::map<std::pair<u32, u32>, CpuidResult> cpuid;  // by leaf and sub-leaf
    std::map<u32, u64> msrs;                           // unless `msr_model` is set
    MsrModel* msr_model = nullptr;
    std::deque<u64> random;  // what RDRAND yields next; when empty it fails
    u64 tsc = 0;
    u64 tsc_step = 1000;
    u64 pauses = 0;
};

}  // namespace kedge::arch::host
