// Ports of the models that a test installed.
#include "arch/port.h"

#include <vector>

#include "arch/host/models.h"
#include "base/assert.h"

namespace kedge::arch {

namespace host {

namespace {

std::vector<PortRange*>& ranges() {
    static std::vector<PortRange*> all;
    return all;
}

PortModel* find(u32 port, u8 width) {
    for (PortRange* range : ranges()) {
        if (port >= range->first && port + width <= range->first + range->count) {
            return &range->model;
        }
    }
    return nullptr;
}

u32 in(u16 port, u8 width) {
    PortModel* const model = find(port, width);
    return model != nullptr ? model->in(port, width) : 0xffffffff;
}

void out(u16 port, u8 width, u32 value) {
    PortModel* const model = find(port, width);
    if (model != nullptr) model->out(port, width, value);
}

}  // namespace

PortRange::PortRange(PortModel& port_model, u16 first_port, u32 port_count)
    : model(port_model), first(first_port), count(port_count) {
    ASSERT(first + count <= 0x10000);
    ranges().push_back(this);
}

PortRange::~PortRange() { std::erase(ranges(), this); }

}  // namespace host

u8 in8(u16 port) { return static_cast<u8>(host::in(port, 1)); }
u16 in16(u16 port) { return static_cast<u16>(host::in(port, 2)); }
u32 in32(u16 port) { return host::in(port, 4); }
void out8(u16 port, u8 value) { host::out(port, 1, value); }
void out16(u16 port, u16 value) { host::out(port, 2, value); }
void out32(u16 port, u32 value) { host::out(port, 4, value); }

}  // namespace kedge::arch
