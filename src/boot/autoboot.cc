#include "src/boot/autoboot.h"

#include "src/boot/download.h"
#include "src/boot/execute.h"
#include "src/boot/expansion.h"
#include "src/boot/wait.h"

namespace kedge::boot {
namespace {

net::Ipv4Address next_server_of(const SettingsBlock& block) {
    SettingValue value;
    if (!block.search(SettingKey::of("next-server"), value).ok()) return {};
    if (value.bytes.size() != 4) return {};
    return {load_be<u32>(value.bytes.span())};
}

/// The user was promised a moment to press Ctrl-B; what takes the machine waits for its end.
Result<void> keep_shell_offer(Session& session) {
    const Duration left = session.keyboard.shell_offer_end() - session.context.clock.now();
    return left.us() > 0 ? sleep_for(session, left) : Result<void>();
}

Result<void> boot_file(Session& session) {
    const proto::Uri uri = TRY(choose_boot_file(session));
    Image* image = TRY(download(session, uri, {}));
    TRY(keep_shell_offer(session));
    if (!is_executable(session, *image)) {
        session.print("{}: not a kind of image that can be started\n", uri.text());
        session.images.release(image);
        return Error::bad_format;
    }
    return execute(session, *image);
}

size_t index_of(const Vector<Port*>& ports, const Port* port) {
    size_t index = 0;
    while (ports[index] != port) ++index;
    return index;
}

}  // namespace

Result<proto::Uri> choose_boot_file(Session& session) {
    SettingValue value;
    const Result<const SettingsBlock*> origin =
        session.settings.root().search(SettingKey::of("filename"), value);
    if (!origin.ok()) {
        session.print(
            "Nothing to boot: the DHCP server gave no filename (option 67 or field file)\n");
        if (session.settings.get("root-path").ok()) {
            session.print("A root-path was given, but SAN boot is not built in\n");
        }
        return Error::not_found;
    }
    String text;
    TRY(print_setting(SettingType::string, value.bytes.span(), text));
    const String name = TRY(expand(text, session.settings));
    Result<proto::Uri> uri = boot_file_uri(name, next_server_of(**origin));
    if (uri.error() == Error::not_found) {
        session.print("Nothing to boot: filename is {}, but there is no next-server for it\n",
                      name);
    } else if (!uri.ok()) {
        session.print("filename {}: {}\n", name, describe(uri.error()));
    }
    return uri;
}

Result<void> autoboot(Session& session, std::span<Port* const> ports) {
    Vector<Port*> left;
    for (Port* port : ports) TRY(left.push_back(port));
    Result<void> status = Error::no_device;
    do {
        const Result<Port*> port = session.network.configure(left.span(), Network::kDhcpTimeout);
        if (!port.ok()) return port.error();
        session.network.close_others(*port);
        status = boot_file(session);
        if (status.ok() || status.error() == Error::cancelled) return status;
        session.print("{}: could not boot: {}\n", (*port)->name(), describe(status.error()));
        session.network.close(**port);
        left.erase(index_of(left, *port));
    } while (!left.empty());
    return status;
}

}  // namespace kedge::boot
