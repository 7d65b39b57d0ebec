// The rings, from the device's side.
#include "fakes/virtio_device.h"

#include <algorithm>
#include <cstring>

namespace kedge::fakes {

namespace {

constexpr unsigned kMergeable = 15;
constexpr unsigned kAnyLayout = 27;
constexpr size_t kLeastBuffer = 1526;  // section 5.1.6.3.1, without the header

u16 load16(MutableBytes bytes) { return load_le<u16>(bytes); }

}  // namespace

size_t VirtioDevice::Chain::size() const {
    size_t sum = 0;
    for (MutableBytes part : parts) sum += part.size();
    return sum;
}

size_t VirtioDevice::header_size() const { return has(32) || has(kMergeable) ? 12 : 10; }

void VirtioDevice::check_dma() {
    if (!running()) violate("ring used while not running");
    if (!function.bus_master()) violate("DMA without bus master");
}

u16 VirtioDevice::available(u16 queue) {
    Queue& q = queues_[queue];
    const u16 index = load16(dma_.at(q.available + 2, 2));
    const u16 count = static_cast<u16>(index - q.next);
    if (count + q.held.size() > q.size) violate("available ring overrun");
    return count;
}

VirtioDevice::Chain VirtioDevice::pop(u16 queue) {
    check_dma();
    Queue& q = queues_[queue];
    if (available(queue) == 0) return {};
    if ((load16(dma_.at(q.available, 2)) & 1) == 0) violate("interrupts not switched off");
    Chain chain;
    chain.head = load16(dma_.at(q.available + 4 + 2 * (q.next % q.size), 2));
    ++q.next;
    if (std::count(q.held.begin(), q.held.end(), chain.head) != 0) violate("buffer offered twice");
    q.held.push_back(chain.head);

    u16 at = chain.head;
    for (u32 links = 0; links <= q.size; ++links) {
        if (at >= q.size) {
            violate("descriptor index beyond the ring");
            return chain;
        }
        const MutableBytes descriptor = dma_.at(q.descriptors + 16u * at, 16);
        const u64 address = load_le<u64>(descriptor);
        const u32 length = load_le<u32>(descriptor.subspan(8));
        const u16 flags = load16(descriptor.subspan(12));
        if (((flags & 2) != 0) != (queue == 0)) violate("descriptor in the wrong direction");
        if ((flags & ~3) != 0) violate("unknown descriptor flags");
        chain.parts.push_back(dma_.at(address, length));
        if ((flags & 1) == 0) {
            check_chain(queue, chain);
            return chain;
        }
        at = load16(descriptor.subspan(14));
    }
    violate("descriptor loop");
    return chain;
}

void VirtioDevice::check_chain(u16 queue, const Chain& chain) {
    const bool separate = !has(32) && !has(kAnyLayout) && !(queue == 0 && has(kMergeable));
    if (separate && (chain.parts.size() < 2 || chain.parts[0].size() != header_size())) {
        violate("legacy header not in a descriptor of its own");
    }
    if (queue == 0 && !has(kMergeable) && chain.size() < kLeastBuffer + header_size()) {
        violate("receive buffer too small");
    }
}

void VirtioDevice::put_used(u16 queue, u32 id, u32 length) {
    Queue& q = queues_[queue];
    const MutableBytes element = dma_.at(q.used_ring + 4 + 8u * (q.used % q.size), 8);
    store_le<u32>(element, id);
    store_le<u32>(element.subspan(4), length);
    ++q.used;
    std::erase(q.held, static_cast<u16>(id));
}

void VirtioDevice::publish_used(u16 queue) { set_used_index(queue, queues_[queue].used); }

void VirtioDevice::set_used_index(u16 queue, u16 index) {
    store_le<u16>(dma_.at(queues_[queue].used_ring + 2, 2), index);
}

void VirtioDevice::suppress_notify(u16 queue, bool on) {
    store_le<u16>(dma_.at(queues_[queue].used_ring, 2), on ? 1 : 0);
}

bool VirtioDevice::deliver(Bytes frame, const Delivery& how) {
    check_dma();
    const size_t header = header_size();
    std::vector<u8> packet(header);
    packet[0] = how.flags;
    packet[1] = how.gso_type;
    store_le<u16>(MutableBytes(packet).subspan(4), how.gso_size);
    packet.insert(packet.end(), frame.begin(), frame.end());

    std::vector<Chain> chains;
    std::vector<size_t> lengths;
    MutableBytes first;
    size_t done = 0;
    while (done < packet.size()) {
        Chain chain = pop(0);
        if (chain.parts.empty()) break;
        size_t room = chain.size();
        if (how.piece != SIZE_MAX) room = std::min(room, how.piece + (done == 0 ? header : 0));
        const size_t count = std::min(room, packet.size() - done);
        size_t at = 0;
        for (MutableBytes part : chain.parts) {
            at += copy_bytes(part, Bytes(packet).subspan(done + at, count - at));
        }
        if (done == 0) first = chain.parts[0];
        done += count;
        chains.push_back(std::move(chain));
        lengths.push_back(count);
        if (!has(kMergeable)) break;
    }
    if (done < packet.size()) {
        // Back they go, last first: a good device does not start what it cannot finish.
        queues_[0].next = static_cast<u16>(queues_[0].next - chains.size());
        for (const Chain& chain : chains) std::erase(queues_[0].held, chain.head);
        return false;
    }
    if (header == 12) {
        const size_t count = has(kMergeable) ? chains.size() : 1;
        const int claimed = how.num_buffers >= 0 ? how.num_buffers : static_cast<int>(count);
        store_le<u16>(first.subspan(10), static_cast<u16>(claimed));
    }
    for (size_t i = 0; i < chains.size(); ++i) {
        put_used(0, chains[i].head, static_cast<u32>(lengths[i]));
    }
    publish_used(0);
    return true;
}

void VirtioDevice::process_transmit() {
    while (available(1) != 0) {
        const Chain chain = pop(1);
        std::vector<u8> packet;
        for (MutableBytes part : chain.parts) packet.insert(packet.end(), part.begin(), part.end());
        if (packet.size() < header_size() + 14) violate("transmit packet too short");
        const auto payload = packet.begin() + static_cast<long>(header_size());
        if (std::any_of(packet.begin(), payload, [](u8 byte) { return byte != 0; })) {
            violate("transmit header not zero");
        }
        sent_.emplace_back(payload, packet.end());
        put_used(1, chain.head, 0);
    }
    publish_used(1);
}

}  // namespace kedge::fakes
