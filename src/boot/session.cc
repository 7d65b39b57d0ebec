#include "src/boot/session.h"

namespace kedge::boot {

Session::Session(Context& all)
    : context(all),
      images(all.image_memory),
      keyboard(all.console),
      network(*this),
      prefetch(*this),
      machine_(all.system),
      built_in_(*this) {}

Result<void> Session::start() {
    SettingsBlock* machine = TRY(settings.make_block("smbios"));
    machine->set_source(&machine_);
    SettingsBlock* built_in = TRY(settings.make_block("builtin"));
    built_in->set_source(&built_in_);
    return network.start();
}

}  // namespace kedge::boot
