#include "src/boot/autoboot.h"

#include "src/boot/download.h"
#include "src/boot/execute.h"
#include "src/boot/expansion.h"
#include "src/boot/pxe_menu.h"
#include "src/boot/script.h"
#include "src/boot/wait.h"

namespace kedge::boot {
namespace {

constexpr Duration kAutoexecTimeout = Duration::seconds(5);

/// Finds a setting in the order of choose_boot_file(): not just the first block in the tree, since
/// another card may have a lease of its own.
Result<const SettingsBlock*> search(Session& session, const Port* port, const char* name,
                                    SettingValue& value) {
    const SettingKey key = SettingKey::of(name);
    const SettingsBlock& root = session.settings.root();
    if (root.fetch(key, value).ok()) return &root;
    for (const SettingsBlock& block : root.children()) {
        const Port* owner = session.network.find(block.name());
        if (port != nullptr && owner != nullptr && owner != port) continue;
        const Result<const SettingsBlock*> found = block.search(key, value);
        if (found.ok() || found.error() != Error::not_found) return found;
    }
    return root.search(key, value);
}

/// The server that a path is on, by the block the path was found in.
net::Ipv4Address next_server_of(const SettingsBlock& origin, Session& session, const Port* port) {
    SettingValue value;
    const bool at_root = origin.parent() == nullptr;
    Result<const SettingsBlock*> found = at_root
                                             ? search(session, port, "next-server", value)
                                             : origin.search(SettingKey::of("next-server"), value);
    // A PXE server that names none means itself.
    if (!found.ok() && !at_root && origin.parent()->parent() == nullptr) {
        found = origin.search(SettingKey::of("dhcp-server"), value);
    }
    if (!found.ok() || value.bytes.size() != 4) return {};
    return {load_be<u32>(value.bytes.span())};
}

/// The user was promised a moment to press Ctrl-B; what takes the machine waits for its end.
Result<void> keep_shell_offer(Session& session) {
    const Duration left = session.keyboard.shell_offer_end() - session.context.clock.now();
    return left.us() > 0 ? sleep_for(session, left) : Result<void>();
}

/// The script beside our own image on a TFTP server; null if there is none. Asked for once.
Image* find_autoexec(Session& session) {
    const TftpFile file = std::exchange(session.context.autoexec, {});
    if (file.path.empty()) return nullptr;
    const Result<proto::Uri> uri = boot_file_uri(file.path, file.server);
    if (!uri.ok()) return nullptr;
    const DownloadOptions options{.timeout = kAutoexecTimeout, .optional = true};
    const Result<Image*> image = download(session, *uri, options);
    return image.ok() && is_script((*image)->data()) ? *image : nullptr;
}

/// PXE 2.1: a menu goes before a file name. True: the machine's own disk was chosen.
Result<bool> follow_pxe_menu(Session& session, Port& port) {
    SettingValue value;
    // A file name that a script set is what somebody wants now.
    const bool named = session.settings.root().fetch(SettingKey::of("filename"), value).ok();
    const Bytes menu = session.network.pxe_menu(port);
    if (named || menu.empty()) return false;
    const u16 type = TRY(choose_pxe_item(session, menu));
    if (type == net::wire::kPxeLocalBoot) return true;
    TRY(session.network.discover_boot_server(port, type));
    return false;
}

Result<void> boot_from(Session& session, Port& port) {
    if (Image* script = find_autoexec(session)) return execute(session, *script);
    TRY(session.network.await_boot_servers(port));
    if (TRY(follow_pxe_menu(session, port))) {
        session.print("{}: local boot\n", port.name());
        return keep_shell_offer(session);
    }
    const proto::Uri uri = TRY(choose_boot_file(session, &port));
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

/// Why there is no file to boot.
void explain_nothing(Session& session, const Port* port) {
    SettingValue value;
    const bool listened = port != nullptr && port->client;
    session.print("Nothing to boot: the DHCP server gave no filename (option 67 or field file){}\n",
                  listened ? ", nor did a ProxyDHCP server" : "");
    if (!search(session, port, "root-path", value).ok()) return;
    session.print("A root-path was given, but SAN boot is not built in\n");
}

/// The card whose lease is booted from: one that the firmware has already, if that is allowed.
Result<Port*> configure_one(Session& session, std::span<Port* const> ports) {
    Port* origin = session.network.origin();
    for (Port* const& port : ports) {
        if (port != origin) continue;
        if (session.network.may_use_cached(*port)) return port;
        // The firmware booted us through it: the others need not even be started.
        const Result<Port*> configured =
            session.network.configure({&port, 1}, Network::kDhcpTimeout);
        if (configured.ok() || configured.error() == Error::cancelled) return configured;
    }
    return session.network.configure(ports, Network::kDhcpTimeout);
}

}  // namespace

Result<proto::Uri> choose_boot_file(Session& session, const Port* port) {
    SettingValue value;
    const Result<const SettingsBlock*> origin = search(session, port, "filename", value);
    if (!origin.ok()) {
        explain_nothing(session, port);
        return Error::not_found;
    }
    String text;
    TRY(print_setting(SettingType::string, value.bytes.span(), text));
    const String name = TRY(expand(text, session.settings));
    Result<proto::Uri> uri = boot_file_uri(name, next_server_of(**origin, session, port));
    if (uri.error() == Error::not_found) {
        session.print("Nothing to boot: filename is {}, but there is no next-server for it\n",
                      name);
    } else if (!uri.ok()) {
        session.print("filename {}: {}\n", name, describe(uri.error()));
    } else if (search(session, port, "root-path", value).ok()) {
        session.print("root-path is not used: SAN boot is not built in\n");
    }
    return uri;
}

Result<void> autoboot(Session& session, std::span<Port* const> ports) {
    Vector<Port*> left;
    for (Port* port : ports) TRY(left.push_back(port));
    Result<void> status = Error::no_device;
    do {
        const Result<Port*> port = configure_one(session, left.span());
        if (!port.ok()) return port.error();
        session.network.close_others(*port);
        status = boot_from(session, **port);
        if (status.ok() || status.error() == Error::cancelled) return status;
        session.print("{}: could not boot: {}\n", (*port)->name(), describe(status.error()));
        session.network.close(**port);
        left.erase(index_of(left, *port));
    } while (!left.empty());
    return status;
}

}  // namespace kedge::boot
