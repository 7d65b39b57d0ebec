#include "net/vlan.h"

#include "net/wire/ethernet.h"

namespace kedge::net {

using wire::EthernetHeader;
using wire::VlanTag;

namespace {
constexpr size_t kAddresses = 12;
}

Result<void> VlanDevice::open() {
    close();
    trunk_.vlans_.push_back(*this);
    return {};
}

void VlanDevice::close() {
    unlink();
    sink_ = nullptr;
}

bool VlanDevice::receive(const RxFrame& frame) {
    if (sink_ == nullptr) return false;
    RxFrame sorted = frame;
    sorted.vlan = tag_;
    sink_->on_frame(sorted);
    return true;
}

Result<void> VlanDevice::transmit(Bytes frame) {
    if (!linked()) return Error::not_connected;
    if (frame.size() < EthernetHeader::kSize) return Error::invalid_argument;
    const size_t size = frame.size() + VlanTag::kSize;
    if (size > tagged_.size()) return Error::too_large;
    Writer writer(tagged_);
    writer.bytes(frame.first(kAddresses));
    writer.be16_(wire::kEtherTypeVlan);
    writer.be16_(static_cast<u16>(priority_ << 13 | tag_));
    writer.bytes(frame.subspan(kAddresses));
    return trunk_.transmit(writer.written());
}

}  // namespace kedge::net
