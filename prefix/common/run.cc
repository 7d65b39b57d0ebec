// run(): the composition that is the same for every image.
#include "base/vector.h"
#include "prefix/common/appendix.h"
#include "prefix/common/fetchers.h"
#include "prefix/common/firmware.h"

namespace kedge {

namespace {

constexpr Duration kCloseGrace = Duration::seconds(1);

/// RFC 4578 section 2.1 and the UNDI version that goes with it.
proto::DhcpIdentity dhcp_identity(platform::System& system) {
    proto::DhcpIdentity identity;
    const bool efi = system.firmware() == platform::Firmware::efi;
    identity.architecture = efi ? 7 : 0;
    identity.ndi_version = efi ? std::array<u8, 2>{3, 10} : std::array<u8, 2>{2, 1};
    identity.uuid = system.uuid();
    return identity;
}

/// Network first, then the platform's own part.
class NetworkHandover final : public boot::Handover {
  public:
    NetworkHandover(Firmware& firmware, net::Stack& stack, Fetchers& fetchers,
                    proto::Syslog& syslog)
        : firmware_(firmware), stack_(stack), fetchers_(fetchers), syslog_(syslog) {}

    void close_all() override {
        end_conversations();
        for (net::NetDevice* device : firmware_.devices) device->close();
        firmware_.platform_handover.close_all();
    }

    /// Servers hear that we are done, as far as they answer within a second.
    void end_conversations() override {
        const Instant begin = firmware_.clock.now();
        syslog_.flush();
        fetchers_.close_idle(begin);
        stack_.close_streams();
        const Instant deadline = begin + kCloseGrace;
        while (stack_.open_streams() > 0) {
            const Instant now = firmware_.clock.now();
            if (now >= deadline) return;
            stack_.poll(now);
        }
    }

  private:
    Firmware& firmware_;
    net::Stack& stack_;
    Fetchers& fetchers_;
    proto::Syslog& syslog_;
};

struct NamedInterface {
    NamedInterface(size_t number, net::NetDevice& device)
        : name("net{}", number), interface(name, device) {}
    Text<8> name;
    net::Interface interface;
};

/// What came with the image: of the appendix, then of the loader that started us.
struct BuiltIns {
    Vector<boot::BuiltInFile> files;
    Vector<boot::BuiltInSetting> settings;
};

Result<void> add_entry(const AppendixEntry& entry, BuiltIns& to) {
    switch (entry.type) {
        case AppendixType::script:
            return to.files.push_back({entry.name, entry.data});
        case AppendixType::file:
            return to.files.push_back({entry.name, entry.data, false});
        case AppendixType::setting:
            return to.settings.push_back({entry.name, StrView::from(entry.data)});
        case AppendixType::base:
        case AppendixType::certificate:
            break;
    }
    return {};
}

Result<void> collect(Firmware& firmware, BuiltIns& to) {
    Result<Bytes> entries = appendix_entries(firmware.appendix);
    if (!entries.ok()) {
        firmware.console.put(entries.error() == Error::not_supported
                                 ? "Kedge: a newer kedge-image made this image; "
                                 : "Kedge: this image is cut or damaged; ");
        firmware.console.put("its script, files and settings are left out\n");
        entries = Bytes();
    }
    AppendixEntry entry;
    while (next_entry(*entries, entry)) TRY(add_entry(entry, to));
    for (const boot::BuiltInFile& file : firmware.files) TRY(to.files.push_back(file));
    return {};
}

Result<int> compose_and_boot(Firmware& firmware) {
    net::Stack stack(firmware.entropy);
    Vector<Unique<NamedInterface>> owned;
    Vector<net::Interface*> interfaces;
    for (net::NetDevice* device : firmware.devices) {
        TRY(owned.push_back(TRY(make_unique<NamedInterface>(owned.size(), *device))));
        TRY(interfaces.push_back(&owned.back()->interface));
    }
    BuiltIns built_ins;
    TRY(collect(firmware, built_ins));
    Fetchers fetchers(stack, firmware, built_ins.files.span());
    const Unique<proto::Syslog> syslog = TRY(make_unique<proto::Syslog>(stack, firmware.console));
    NetworkHandover handover(firmware, stack, fetchers, *syslog);
    boot::Context context{
        .clock = firmware.clock,
        .console = firmware.console,
        .entropy = firmware.entropy,
        .system = firmware.system,
        .image_memory = firmware.image_memory,
        .stack = stack,
        .interfaces = interfaces.span(),
        .fetcher = fetchers,
        .resolver = fetchers.resolver(),
        .syslog = *syslog,
        .loaders = firmware.loaders,
        .handover = handover,
        .dhcp_identity = dhcp_identity(firmware.system),
        .files = built_ins.files.span(),
        .settings = built_ins.settings.span(),
        .command_line = firmware.command_line,
        .cached_dhcp = firmware.cached_dhcp,
        .autoexec = firmware.autoexec,
    };
    const int status = boot::run_boot_flow(context);
    handover.end_conversations();
    return status;
}

}  // namespace

int run(Firmware& firmware) {
    const Result<int> status = compose_and_boot(firmware);
    for (net::NetDevice* device : firmware.devices) device->close();
    if (status.ok()) return *status;
    format(firmware.console, "Kedge cannot start: {}\n", describe(status.error()));
    return 1;
}

}  // namespace kedge
