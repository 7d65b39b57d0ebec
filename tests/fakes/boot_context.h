// Everything a boot flow works with, faked, in one object.
#pragma once

#include <functional>
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
    StrView smbios_string(StrView setting) const override {
        return setting == "product" ? "Fake 9000" : setting == "serial" ? "SN 1" : "";
    }
    u64 unix_time() override { return time_of_day; }
    u64 memory_size() const override { return u64{512} << 20; }
    CpuFeatures cpu_features(bool extended) const override {
        return extended ? CpuFeatures{0x1, 1u << 29} : CpuFeatures{1u << 30, 1u << 4};
    }
    void reboot(bool warm) override { ++(warm ? warm_reboots : cold_reboots); }
    void power_off() override { ++power_offs; }

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
            .command_line = {command_line.data(), command_line.size()},
        };
    }
};

}  // namespace kedge::fakes
