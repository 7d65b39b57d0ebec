// Settings by foreign names, types and values: what a type can print it must be able to read.
#include "base/endian.h"
#include "fakes/boot_context.h"
#include "src/boot/session.h"

using namespace kedge;

namespace {

void check_round_trip(boot::SettingType type, Bytes raw) {
    String printed;
    if (!boot::print_setting(type, raw, printed).ok()) return;
    Vector<u8> back;
    const Result<void> read = boot::read_setting(type, printed, back);
    if (!read.ok()) {
        // Only these print what has lost its meaning: a number of many bytes, broken escapes.
        const bool may_fail = type == boot::SettingType::busdevfn || printed.empty();
        if (!may_fail) __builtin_trap();
        return;
    }
    String again;
    if (!boot::print_setting(type, back.span(), again).ok()) __builtin_trap();
    // A value that is too wide for its type is printed whole and read cut: C's rules.
    if (boot::is_number(type) || type == boot::SettingType::string) return;
    if (!(again.view() == printed.view())) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    check_round_trip(static_cast<boot::SettingType>(data[0] % 17), Bytes(data + 1, size - 1));

    fakes::BootContext fake;
    boot::Context context = fake.make();
    boot::Session session(context);
    if (!session.start().ok()) return 0;
    const StrView text(reinterpret_cast<const char*>(data), size);
    const StrView name = text.first(text.find(' '));
    IGNORE_RESULT(session.settings.get(name));
    IGNORE_RESULT(session.settings.set(name, text.substr(name.size() + 1)));
    IGNORE_RESULT(session.settings.get(name));
    IGNORE_RESULT(session.settings.clear(name));
    return 0;
}
