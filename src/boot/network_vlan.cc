// VLANs come and go while we run.
#include "src/boot/session.h"

namespace kedge::boot {

Result<void> Network::add_vlan(Port& trunk, u16 tag, u8 priority) {
    if (trunk.trunk != nullptr) return Error::not_supported;
    Unique<Vlan> vlan = TRY(make_unique<Vlan>(trunk.interface, tag, priority));
    if (Port* older = find(vlan->name)) TRY(remove_vlan(*older));
    TRY(vlans_.reserve(vlans_.size() + 1));
    TRY(ports_.reserve(ports_.size() + 1));
    SettingsBlock* block = TRY(session_.settings.make_block(vlan->name));
    Result<Unique<Port>> port = make_unique<Port>(vlan->interface, *block);
    if (!port.ok()) {
        session_.settings.remove_block(*block);
        return port.error();
    }
    (*port)->trunk = &trunk;
    TRY(ports_.push_back(std::move(*port)));  // reserved
    return vlans_.push_back(std::move(vlan));
}

Result<void> Network::remove_vlan(Port& port) {
    if (port.trunk == nullptr) return Error::invalid_argument;
    close(port);
    session_.settings.remove_block(port.block);
    const net::Interface* interface = &port.interface;
    for (size_t i = 0; i < ports_.size(); ++i) {
        if (ports_[i].get() != &port) continue;
        ports_.erase(i);
        break;
    }
    for (size_t i = 0; i < vlans_.size(); ++i) {
        if (&vlans_[i]->interface != interface) continue;
        vlans_.erase(i);
        break;
    }
    return {};
}

}  // namespace kedge::boot
