// VLANs come and go while we run.
#include "src/boot/session.h"

namespace kedge::boot {

Network::~Network() {
    ports_.clear();  // they refer to the interfaces
    while (Vlan* vlan = vlans_.front()) delete vlan;
}

Result<void> Network::add_vlan(Port& trunk, u16 tag, u8 priority) {
    if (trunk.trunk != nullptr) return Error::not_supported;
    Unique<Vlan> vlan = TRY(make_unique<Vlan>(trunk.interface, tag, priority));
    if (Port* older = find(vlan->name)) TRY(remove_vlan(*older));
    SettingsBlock* block = TRY(session_.settings.make_block(vlan->name));
    Result<Unique<Port>> port = make_unique<Port>(vlan->interface, *block);
    Result<void> added = port.error();
    if (port.ok()) {
        (*port)->trunk = &trunk;
        added = ports_.push_back(std::move(*port));
    }
    if (!added.ok()) {
        session_.settings.remove_block(*block);
        return added;
    }
    vlans_.push_back(*vlan.release());
    return {};
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
    for (Vlan& vlan : vlans_) {
        if (&vlan.interface != interface) continue;
        delete &vlan;
        break;
    }
    return {};
}

}  // namespace kedge::boot
