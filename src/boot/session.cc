#include "src/boot/session.h"

namespace kedge::boot {

Session::Session(Context& all)
    : context(all),
      images(all.image_memory),
      keyboard(all.console),
      dns(settings, all.resolver),
      network(*this),
      wall_clock(all.clock, all.system),
      prefetch(*this),
      machine_{{all.system, MachineSettings::Part::smbios},
               {all.system, MachineSettings::Part::cpuid},
               {all.system, MachineSettings::Part::acpi},
               {all.system, MachineSettings::Part::memmap}},
      built_in_(*this),
      pci_(all.system) {}

Result<void> Session::start() {
    static constexpr const char* kMachineBlocks[] = {"smbios", "cpuid", "acpi", "memmap"};
    for (size_t i = 0; i < std::size(kMachineBlocks); ++i) {
        SettingsBlock* block = TRY(settings.make_block(kMachineBlocks[i]));
        block->set_source(&machine_[i]);
    }
    SettingsBlock* built_in = TRY(settings.make_block("builtin"));
    built_in->set_source(&built_in_);
    SettingsBlock* pci = TRY(settings.make_block("pci"));
    pci->set_source(&pci_);
    TRY(network.start());
    for (const BuiltInSetting& setting : context.settings) TRY(store(setting));
    return {};
}

/// Nothing but a lack of memory is a reason not to start.
Result<void> Session::store(const BuiltInSetting& setting) {
    const bool in_block = setting.name.find('/') != StrView::npos;
    const String name = TRY(format_string("{}{}", in_block ? "" : "builtin/", setting.name));
    const Result<void> stored = settings.set(name, setting.value);
    if (stored.ok() || stored.error() == Error::no_memory) return stored;
    print("Built-in setting {}={}: {}\n", setting.name, setting.value, describe(stored.error()));
    return {};
}

}  // namespace kedge::boot
