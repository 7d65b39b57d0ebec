// pciscan, and the settings ${pci/<location>.<offset>.<length>}.
#include "src/boot/commands.h"
#include "src/boot/setting_pci.h"

namespace kedge::boot {
namespace {

/// Goes on from the function that the setting names; from the first if it names none.
Result<void> scan(Session& session, Invocation& call) {
    const StrView name = call.argument(0);
    u32 from = 0;
    SettingValue last;
    if (session.settings.get_raw(name, last).ok()) {
        from = static_cast<u32>(TRY(setting_number(last.bytes.span(), false)) + 1);
    }
    const std::optional<u16> found = session.context.system.next_pci_function(from);
    if (!found) return Error::command_failed;
    const Settings::Place place = TRY(session.settings.locate(name, true));
    std::array<u8, 2> bytes{};
    store_be<u16>(bytes, *found);
    return place.block->store(place.key, SettingType::uint16, bytes);
}

constexpr Command kTable[] = {
    {"pciscan",
     scan,
     {},
     1,
     1,
     "SETTING",
     "Set SETTING to the location of the next PCI function; fail behind the last"},
};

}  // namespace

constinit const std::span<const Command> kPciCommands = kTable;

/// The tag has the location in its upper half, then a byte each of offset and length.
Result<void> PciSettings::fetch(const SettingKey& key, SettingValue& value) const {
    const size_t offset = key.tag >> 8 & 0xff;
    const size_t length = key.tag & 0xff;
    if (!key.numbered || key.tag >> 32 != 0 || length == 0 || offset + length > 256)
        return Error::not_found;
    std::array<u8, 256> space;
    const MutableBytes bytes = MutableBytes(space).first(length);
    if (!system_.read_pci(static_cast<u16>(key.tag >> 16), static_cast<u16>(offset), bytes)) {
        return Error::not_found;
    }
    // PCI is little-endian, settings are big-endian.
    for (size_t i = 0; i < length / 2; ++i) std::swap(bytes[i], bytes[length - 1 - i]);
    return value.assign(bytes, SettingType::hexraw);
}

}  // namespace kedge::boot
