// Everything a boot flow works with, faked, in one object.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "boot/context.h"
#include "fakes/clock.h"
#include "fakes/console.h"
#include "fakes/fetcher.h"
#include "fakes/image_memory.h"
#include "fakes/net.h"
#include "fakes/resolver.h"

namespace kedge::fakes {

class System final : public platform::System {
  public:
    platform::Firmware firmware() const override { return kind; }
    std::array<u8, 16> uuid() const override { return id; }
    Smbios smbios() const override { return {structures, 0x0300}; }
    Bytes acpi_table(u32 signature, unsigned index) const override {
        const auto found = acpi.find(signature);
        return found == acpi.end() || index >= found->second.size() ? Bytes()
                                                                    : Bytes(found->second[index]);
    }
    Bytes physical_memory(u64 address, u64 size) const override {
        return address > memory.size() || size > memory.size() - address
                   ? Bytes()
                   : Bytes(memory).subspan(address, size);
    }
    u64 unix_time() override { return time_of_day; }
    u64 memory_size() const override { return u64{512} << 20; }
    std::optional<MemoryRegion> memory_region(unsigned index) const override {
        if (index > 1) return std::nullopt;
        return index == 0 ? MemoryRegion{0x1000, 0x9f000} : MemoryRegion{1 << 20, 512 << 20};
    }
    std::array<u32, 4> cpuid(u32 leaf, u32 subleaf) const override {
        switch (leaf) {
            case 0:
                return {7, 0x6b614628, 0x29555043, 0x43206520};  // "(Fak" "e C" "CPU)"
            case 1:
                return {0x000106a5, 0, 1u << 30, 1u << 4};
            case 7:
                return {subleaf, 0x77, 0, 0};
            case 0x80000000:
                return {0x80000004};
            case 0x80000001:
                return {0, 0, 1, 1u << 29};
            case 0x80000002:
                return {0x6b6f6f43, 0x74207265, 0x206e6168, 0x00796e61};
            default:
                return {};
        }
    }
    void reboot(bool warm) override { ++(warm ? warm_reboots : cold_reboots); }
    void power_off() override { ++power_offs; }
    std::optional<u16> next_pci_function(u32 from) override {
        const auto found = pci.lower_bound(from);
        return found != pci.end() ? std::optional(static_cast<u16>(found->first)) : std::nullopt;
    }
    bool read_pci(u16 function, u16 offset, MutableBytes out) override {
        if (!pci.contains(function)) return false;
        const std::vector<u8>& space = pci[function];
        for (size_t i = 0; i < out.size(); ++i) {
            out[i] = offset + i < space.size() ? space[offset + i] : u8{0};
        }
        return true;
    }

    /// Configuration spaces by bus, device and function.
    std::map<u32, std::vector<u8>> pci;

    /// Type 1 with uuid 0, 1, 2 …, product and serial; type 2 twice.
    static std::vector<u8> sample_structures() {
        std::vector<u8> table = {1, 27, 1, 0, 0, 1, 0, 2};
        for (u8 i = 0; i < 16; ++i) table.push_back(i);
        table.insert(table.end(), {6, 0, 0});
        const auto text = [&](std::string strings) {
            table.insert(table.end(), strings.begin(), strings.end());
        };
        text(std::string("Fake 9000\0SN 1\0\0", 16));
        table.insert(table.end(), {2, 9, 2, 0, 0, 0, 0, 1, 0x12});
        text(std::string("Board A\0\0", 9));
        table.insert(table.end(), {2, 9, 3, 0, 0, 0, 0, 1, 0x34});
        text(std::string("Board B\0\0", 9));
        table.insert(table.end(), {127, 4, 4, 0, 0, 0});
        return table;
    }

    std::vector<u8> structures = sample_structures();
    std::map<u32, std::vector<std::vector<u8>>> acpi;
    std::vector<u8> memory;
    platform::Firmware kind = platform::Firmware::bios;
    std::array<u8, 16> id{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                          0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
    u64 time_of_day = 1'700'000'000;
    int warm_reboots = 0;
    int cold_reboots = 0;
    int power_offs = 0;
};

class Handover final : public boot::Handover {
  public:
    void close_all() override {
        ++calls;
        if (on_close) on_close();
    }
    int calls = 0;
    std::function<void()> on_close;
};

/// Takes images that begin with "KERNEL".
class Loader final : public boot::PayloadLoader {
  public:
    struct Start {
        std::string image;
        std::string command_line;
        std::vector<std::string> initrds;
    };

    StrView name() const override { return "fake kernel"; }
    bool probe(Bytes data) const override { return StrView::from(data).starts_with("KERNEL"); }
    Result<void> boot(const boot::Launch& launch, boot::Handover& handover,
                      proto::Failure& why) override {
        Start start;
        start.image = text(launch.image.name());
        start.command_line = text(launch.command_line);
        for (const boot::Image* initrd : launch.initrds) {
            start.initrds.push_back(text(initrd->name()));
        }
        starts.push_back(start);
        if (refusal != Error::none) {
            why.stage.put("fake kernel");
            why.cause.put("too old");
            return refusal;
        }
        handover.close_all();
        return result;
    }

    std::vector<Start> starts;
    Error refusal = Error::none;           // before the hand-over
    Result<void> result = Result<void>();  // of the payload, when it comes back

  private:
    static std::string text(StrView view) { return {view.data(), view.size()}; }
};

struct BootContext {
    BootContext() { group.add(console); }

    Clock clock;
    Console console{&clock};
    platform::ConsoleGroup group;
    FakeEntropy entropy;
    System system;
    ImageMemory image_memory;
    net::Stack stack{entropy};
    std::vector<net::Interface*> interfaces;
    Fetcher fetcher;
    Resolver resolver;
    proto::Syslog syslog{stack, group};
    Loader loader;
    boot::PayloadLoader* loaders[1] = {&loader};
    Handover handover;
    std::vector<boot::BuiltInFile> files;
    std::vector<boot::BuiltInSetting> settings;
    std::string command_line;

    boot::Context make() {
        return {
            .clock = clock,
            .console = group,
            .entropy = entropy,
            .system = system,
            .image_memory = image_memory,
            .stack = stack,
            .interfaces = interfaces,
            .fetcher = fetcher,
            .resolver = resolver,
            .syslog = syslog,
            .loaders = loaders,
            .handover = handover,
            .dhcp_identity = {},
            .files = files,
            .settings = settings,
            .command_line = {command_line.data(), command_line.size()},
        };
    }
};

}  // namespace kedge::fakes
