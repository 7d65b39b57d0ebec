#include "src/boot/autoboot.h"

#include "src/boot/download.h"
#include "src/boot/execute.h"
#include "src/boot/expansion.h"
#include "src/boot/script.h"
#include "src/boot/wait.h"

namespace kedge::boot {
namespace {

constexpr Duration kAutoexecTimeout = Duration::seconds(5);

/// Finds a setting in the order of choose_boot_file().
Result<const SettingsBlock*> search(const SettingsBlock& root, const Port* port, const char* name,
                                    SettingValue& value) {
    const SettingKey key = SettingKey::of(name);
    if (root.fetch(key, value).ok()) return &root;
    // Not just the first block in the tree: another card may have a lease of its own.
    if (port != nullptr) {
        const Result<const SettingsBlock*> found = port->block.search(key, value);
        if (found.ok()) return found;
    }
    return root.search(key, value);
}

net::Ipv4Address next_server_of(const SettingsBlock& origin, const SettingsBlock& root,
                                const Port* port) {
    SettingValue value;
    const Result<const SettingsBlock*> found =
        &origin == &root ? search(root, port, "next-server", value)
                         : origin.search(SettingKey::of("next-server"), value);
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

Result<void> boot_file(Session& session, const Port& port) {
    if (Image* script = find_autoexec(session)) return execute(session, *script);
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

}  // namespace

Result<proto::Uri> choose_boot_file(Session& session, const Port* port) {
    const SettingsBlock& root = session.settings.root();
    SettingValue value;
    const Result<const SettingsBlock*> origin = search(root, port, "filename", value);
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
    Result<proto::Uri> uri = boot_file_uri(name, next_server_of(**origin, root, port));
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
        status = boot_file(session, **port);
        if (status.ok() || status.error() == Error::cancelled) return status;
        session.print("{}: could not boot: {}\n", (*port)->name(), describe(status.error()));
        session.network.close(**port);
        left.erase(index_of(left, *port));
    } while (!left.empty());
    return status;
}

}  // namespace kedge::boot
