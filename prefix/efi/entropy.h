// Random bytes from the firmware, the CPU or, with a warning, from timing.
#pragma once

#include "platform/console.h"
#include "platform/entropy.h"
#include "prefix/efi/efi.h"

namespace kedge::efi {

/// EFI_RNG_PROTOCOL, UEFI Specification 2.10 section 37.5: one fill function matters to us.
struct RngProtocol {
    EFI_STATUS(EFIAPI* get_info)(RngProtocol* self, UINTN* size, EFI_GUID* algorithms);
    EFI_STATUS(EFIAPI* get_rng)
    (RngProtocol* self, const EFI_GUID* algorithm, UINTN size, UINT8* value);
};

class FirmwareEntropy final : public platform::Entropy {
  public:
    /// Warns on `console` if nothing better than timing is there.
    FirmwareEntropy(const Environment& env, TextSink& console);

    void fill(MutableBytes out) override;

  private:
    u64 next_word();
    void stir();

    const Environment& env_;
    RngProtocol* rng_;
    std::array<u64, 2> state_{};
};

}  // namespace kedge::efi
