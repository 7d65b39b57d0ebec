// Composition root of the BIOS images.

#include "base/heap.h"
#include "base/log.h"
#include "base/vector.h"
#include "prefix/bios/drivers.h"
#include "prefix/bios/exceptions.h"
#include "prefix/bios/linux.h"
#include "prefix/bios/machine_memory.h"
#include "prefix/bios/pxe.h"
#include "prefix/bios/redirection.h"
#include "prefix/bios/system.h"
#include "prefix/bios/text_console.h"
#include "prefix/bios/timer.h"
#include "prefix/common/cpu_entropy.h"
#include "prefix/common/firmware.h"
#include "prefix/common/pxe_origin.h"
#include "prefix/common/serial.h"
#include "prefix/common/tsc_clock.h"

namespace kedge::bios {

namespace {

constexpr size_t kMaxDevices = 16;
constexpr size_t kMaxCommandLine = 4096;

class BiosHandover final : public boot::Handover {
  public:
    explicit BiosHandover(MemoryHiding& hiding) : hiding_(hiding) {}
    void close_all() override {
        if (!hiding_.remove()) {
            log::debug(log::kBios, "INT 15h was hooked by another: our memory stays hidden");
        }
    }

  private:
    MemoryHiding& hiding_;
};

/// Is there a card that one of our drivers would take?
class CardFinder final : public pci::FunctionSink {
  public:
    void on_function(const pci::Function& function) override {
        for (const pci::Driver* driver : drivers()) found_ |= driver->matches(function);
    }
    bool found() const { return found_; }

  private:
    bool found_ = false;
};

/// Takes the cards from the PXE stack that loaded us. If we could not use them it stays as it is,
/// and goes on with the boot order when we come back.
void end_pxe(PxeStack& pxe, pci::ConfigAccess& config) {
    if (!pxe.present()) return;
    pxe.keep_packets();
    CardFinder cards;
    pci::scan(config, cards);
    if (cards.found()) pxe.stop();
}

/// Makes a NetDevice of every card that a driver knows.
class DeviceCollector final : public pci::FunctionSink {
  public:
    explicit DeviceCollector(const pci::Services& services) : services_(services) {}

    void on_function(const pci::Function& function) override {
        for (const pci::Driver* driver : drivers()) {
            if (!driver->matches(function)) continue;
            auto device = driver->create(function, services_);
            if (device.ok()) {
                add(std::move(*device));
                return;
            }
            log::debug(log::kPci, "{}: {} failed: {}", function.address(), driver->name,
                       describe(device.error()));
        }
    }

    std::span<net::NetDevice* const> devices() const { return {pointers_.data(), count_}; }

  private:
    void add(Unique<net::NetDevice> device) {
        if (count_ == kMaxDevices) return;
        owned_[count_] = std::move(device);
        pointers_[count_] = owned_[count_].get();
        ++count_;
    }

    const pci::Services& services_;
    std::array<Unique<net::NetDevice>, kMaxDevices> owned_;
    std::array<net::NetDevice*, kMaxDevices> pointers_{};
    size_t count_ = 0;
};

/// The loader's text, copied out of the memory that a kernel may be put into.
String copy_command_line(const BootInfo& info) {
    if (info.command_line == 0) return {};
    const char* const text = physical<const char>(info.command_line);
    size_t size = 0;
    while (size < kMaxCommandLine && text[size] != '\0') ++size;
    return String::from(StrView(text, size).trimmed()).value_or(String());
}

/// Everything that lives as long as we do. Comes back when there is nothing to boot.
void compose(BootInfo& info, RealMode& real, Heap& heap) {
    const MemoryMap map(real);  // first: any BIOS call may overwrite it
    TscClock clock(measure_tsc_hz());
    SerialConsole serial(kCom1, clock);
    TextConsole screen(real, clock);
    platform::ConsoleGroup console;
    // Where the BIOS's console goes there already, nothing may appear or be typed twice.
    if (!console_is_serial(real, clock, kCom1) && serial.init()) console.add(serial);
    console.add(screen);
    set_exception_sink(&console);
    log::set_sink(&console);

    pci::PortConfigAccess config;
    PxeStack pxe(real);
    end_pxe(pxe, config);  // before we hook what it has hooked
    MemoryHiding hiding(real, map);
    hiding.install();
    if constexpr (log::kBios.enabled) {
        log::debug(log::kBios, "our memory is {} from INT 15h",
                   hiding.is_hidden() ? "hidden" : "NOT hidden");
    }
    const boot::AddressRange initrd{info.initrd, u64{info.initrd} + info.initrd_size};
    const boot::AddressRange appendix{info.appendix, u64{info.appendix} + info.appendix_size};
    const boot::AddressRange keep[] = {{info.body, info.body + info.body_size}, initrd, appendix};
    BiosImageMemory image_memory(map, keep);
    HeapDma dma(heap);
    BiosMmioMapper mmio(real, heap);
    BiosSystem system(real, map, clock);
    CpuEntropy entropy;
    entropy.add(system.uuid());

    const pci::Services services{dma, mmio, clock};
    DeviceCollector collector(services);
    pci::scan(config, collector);
    for (const net::NetDevice* device : collector.devices()) entropy.add(device->mac().bytes);

    LinuxLoader linux_loader(real, map, image_memory);
    boot::PayloadLoader* const loaders[] = {&linux_loader};
    BiosHandover handover(hiding);
    const boot::BuiltInFile files[] = {
        {"initrd", {physical<const u8>(initrd.begin), initrd.size()}}};
    const Bytes packets[] = {pxe.reply(), pxe.ack()};
    const auto autoexec = beside_boot_file(packets, "autoexec.ipxe");
    const String command_line = copy_command_line(info);
    Firmware firmware{
        .clock = clock,
        .console = console,
        .entropy = entropy,
        .system = system,
        .image_memory = image_memory,
        .platform_handover = handover,
        .devices = collector.devices(),
        .loaders = loaders,
        .files = std::span(files).first(info.initrd_size != 0 ? 1 : 0),
        .command_line = command_line,
        .cached_dhcp = {.mac = {}, .ack = pxe.ack(), .proxy = {}, .reply = pxe.reply()},
        .appendix = {physical<const u8>(appendix.begin), appendix.size()},
        .autoexec = autoexec ? boot::TftpFile{autoexec->server, autoexec->path} : boot::TftpFile{},
    };
    info.status = run(firmware) == 0 ? 0 : 1;
    handover.close_all();
    log::set_sink(nullptr);
    set_exception_sink(nullptr);
}

}  // namespace

extern "C" [[noreturn]] void bios_main(BootInfo& info) {
    install_exceptions(info);
    static constinit Heap heap;
    heap.add({physical<u8>(info.heap), info.heap_size});
    set_heap(heap);
    RealMode real(info);
    compose(info, real, heap);
    real.give_up();
}

}  // namespace kedge::bios
