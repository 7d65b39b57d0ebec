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

namespace kedge::fakes {

class System final : public platform::System {
  public:
    platform::Firmware firmware() const override { return kind; }
    std::array<u8, 16> uuid() const override { return id; }
    StrView smbios_string(StrView setting) const override {
        return setting == "product" ? "Fake 9000" : setting == "serial" ? "SN 1" : "";
    }
    u64 memory_size() const override { return u64{512} << 20; }
    CpuFeatures cpu_features(bool extended) const override {
        return extended ? CpuFeatures{0x1, 1u << 29} : CpuFeatures{1u << 30, 1u << 4};
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

    platform::Firmware kind = platform::Firmware::bios;
    std::array<u8, 16> id{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                          0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
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
    Loader loader;
    boot::PayloadLoader* loaders[1] = {&loader};
    Handover handover;
    std::vector<boot::BuiltInFile> files;
    std::vector<boot::BuiltInSetting> settings;
    std::string command_line;

    boot::Context make() {
        return {clock,
                group,
                entropy,
                system,
                image_memory,
                stack,
                interfaces,
                fetcher,
                loaders,
                handover,
                {},
                files,
                settings,
                {command_line.data(), command_line.size()}};
    }
};

}  // namespace kedge::fakes
