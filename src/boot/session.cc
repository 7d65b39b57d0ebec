#include "src/boot/session.h"

namespace kedge::boot {

Session::Session(Context& all)
    : context(all),
      images(all.image_memory),
      keyboard(all.console),
      network(*this),
      machine_(all.system),
      built_in_(*this),
      pci_(all.system) {}

Result<void> Session::start() {
    SettingsBlock* machine = TRY(settings.make_block("smbios"));
    machine->set_source(&machine_);
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
