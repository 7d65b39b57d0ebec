// Stops our cards when the firmware ends. UEFI Specification 2.10, sections 7.1 and 7.4.6.
#pragma once

#include "prefix/efi/devices.h"

namespace kedge::efi {

/// While it exists, ExitBootServices() stops all DMA of our devices.
class ExitHook {
  public:
    ExitHook(const Environment& env, Devices& devices) : env_(env), devices_(devices) {}
    ~ExitHook();
    ExitHook(const ExitHook&) = delete;
    ExitHook& operator=(const ExitHook&) = delete;

    Result<void> install();

  private:
    static void EFIAPI on_exit(EFI_EVENT event, void* context);

    const Environment& env_;
    Devices& devices_;
    EFI_EVENT event_ = nullptr;
};

}  // namespace kedge::efi
