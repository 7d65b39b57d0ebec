#include "prefix/efi/exit_hook.h"

namespace kedge::efi {

Result<void> ExitHook::install() {
    // TPL_NOTIFY: before the handlers at TPL_CALLBACK that switch bus masters or the IOMMU off.
    const EFI_STATUS status =
        env_.boot->CreateEvent(EVT_SIGNAL_EXIT_BOOT_SERVICES, TPL_NOTIFY, on_exit, this, &event_);
    return failed(status) ? to_error(status) : Error::none;
}

ExitHook::~ExitHook() {
    if (event_ != nullptr) env_.boot->CloseEvent(event_);
}

/// The caller's memory map is already fixed: registers only from here on. May run again if
/// ExitBootServices() fails and is repeated.
void EFIAPI ExitHook::on_exit(EFI_EVENT, void* context) {
    static_cast<ExitHook*>(context)->devices_.quiesce();
}

}  // namespace kedge::efi
