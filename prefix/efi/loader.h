// Starts EFI applications and drivers, and Linux kernels through their EFI stub.
#pragma once

#include "boot/loader.h"
#include "prefix/efi/devices.h"

namespace kedge::efi {

class ImageVolume;

/// Cards stay open while Linux's stub runs: it does not touch them, and the exit hook stops them.
/// Any other image may be a network program that wants the firmware's drivers, so it finds every
/// card as it would without us; when it returns we take the cards back.
///
/// Handover::close_all() is never called: nothing is certain until ExitBootServices().
class PeLoader final : public boot::PayloadLoader {
  public:
    PeLoader(const Environment& env, Devices& devices, TextSink& console)
        : env_(env), devices_(devices), console_(console) {}

    StrView name() const override { return "EFI"; }
    bool probe(Bytes data) const override;
    Result<void> boot(const boot::Launch& launch, boot::Handover& handover,
                      proto::Failure& why) override;

  private:
    Result<void> run(const boot::Launch& launch, boot::Handover& handover, proto::Failure& why);
    Result<EFI_HANDLE> load(const boot::Launch& launch, ImageVolume& volume, proto::Failure& why);
    Result<void> start(EFI_HANDLE image, bool linux, proto::Failure& why);

    const Environment& env_;
    Devices& devices_;
    TextSink& console_;
};

}  // namespace kedge::efi
