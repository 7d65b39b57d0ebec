#include "src/boot/session.h"

namespace kedge::boot {

Session::Session(Context& all)
    : context(all),
      images(all.image_memory),
      keyboard(all.console),
      dns(settings, all.resolver),
      network(*this),
      machine_{{all.system, MachineSettings::Part::smbios},
               {all.system, MachineSettings::Part::cpuid},
               {all.system, MachineSettings::Part::acpi},
               {all.system, MachineSettings::Part::memmap}},
      built_in_(*this) {}

Result<void> Session::start() {
    static constexpr const char* kMachineBlocks[] = {"smbios", "cpuid", "acpi", "memmap"};
    for (size_t i = 0; i < std::size(kMachineBlocks); ++i) {
        SettingsBlock* block = TRY(settings.make_block(kMachineBlocks[i]));
        block->set_source(&machine_[i]);
    }
    SettingsBlock* built_in = TRY(settings.make_block("builtin"));
    built_in->set_source(&built_in_);
    return network.start();
}

}  // namespace kedge::boot
