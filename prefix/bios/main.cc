// Composition root of the BIOS images.

#include "base/heap.h"
#include "base/log.h"
#include "base/reader.h"
#include "boot/memory_map.h"
#include "prefix/bios/exceptions.h"
#include "prefix/bios/real_mode.h"
#include "prefix/bios/text_console.h"
#include "prefix/bios/timer.h"
#include "prefix/common/serial.h"
#include "prefix/common/tsc_clock.h"

namespace kedge::bios {

extern "C" void bios_main(BootInfo& info) {
    install_exceptions(info);
    Heap heap;
    heap.add({physical<u8>(info.heap), info.heap_size});
    set_heap(heap);
    RealMode real(info);
    TscClock clock(measure_tsc_hz());
    SerialConsole serial(kCom1, clock);
    TextConsole screen(real, clock);
    platform::ConsoleGroup console;
    if (serial.init()) console.add(serial);
    console.add(screen);
    set_exception_sink(&console);

    format(console, "Kedge: hello from long mode at {x}, {} Hz, {}\n", info.body, clock.hz(),
           clock.now().us());
    Registers registers;
    do {
        registers.eax = 0xe820;
        registers.edx = 0x534d4150;
        registers.ecx = 24;
        registers.edi = kBounce;
        real.interrupt(0x15, registers);
        Reader reader(real.bounce());
        auto row = boot::parse_memory_row(reader);
        format(console, "{x} {x} {}\n", row.range.begin, row.range.end, row.type);
    } while (registers.ebx != 0 && !registers.carry());
    for (;;) {
        int key = console.read_key();
        if (key == 'q') real.give_up();
        if (key == 'x') __builtin_trap();
        if (key != platform::kNoKey) format(console, "[{x}]", key);
    }
}

}  // namespace kedge::bios
