// LinuxLoader: starts a Linux bzImage by its 16-bit entry.
#pragma once

#include "base/vector.h"
#include "boot/bzimage.h"
#include "boot/loader.h"
#include "prefix/bios/machine_memory.h"

namespace kedge::bios {

class LinuxLoader final : public boot::PayloadLoader {
  public:
    LinuxLoader(RealMode& real, const MemoryMap& map, BiosImageMemory& memory)
        : real_(real), map_(map), memory_(memory) {}

    StrView name() const override { return "bzImage"; }
    bool probe(Bytes data) const override { return boot::probe_bzimage(data); }
    Result<void> boot(const boot::Launch& launch, boot::Handover& handover,
                      proto::Failure& why) override;

  private:
    struct Job;

    /// Everything that can fail; takes memory for the initrd.
    Result<void> prepare(Job& job, proto::Failure& why);
    Result<void> check_memory(const Job& job, proto::Failure& why) const;
    Result<void> place_initrd(Job& job, proto::Failure& why);
    Result<boot::AddressRange> fresh_place(const Job& job);
    /// Nothing can fail any more.
    void arrange_initrd(const Job& job);
    [[noreturn]] void start(const Job& job);

    RealMode& real_;
    const MemoryMap& map_;
    BiosImageMemory& memory_;
};

}  // namespace kedge::bios
