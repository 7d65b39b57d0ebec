// The ARP half of Interface: RFC 826, with the probing of RFC 1122 section 2.3.2.
#include "net/interface.h"
#include "net/stack.h"
#include "net/wire/ethernet.h"

namespace kedge::net {

using wire::ArpPacket;
using wire::EthernetHeader;

namespace {
constexpr Duration kFirstRetry = Duration::ms(250);
constexpr u8 kMaxTries = 4;                            // 0.25 + 0.5 + 1 + 2 s
constexpr Duration kFresh = Duration::seconds(120);    // then it is asked again while in use
constexpr Duration kFailedFor = Duration::seconds(1);  // senders are told at once meanwhile
}  // namespace

Interface::Neighbour* Interface::find_neighbour(Ipv4Address address) {
    for (Neighbour& neighbour : neighbours_) {
        if (neighbour.state != Neighbour::State::empty && neighbour.address == address) {
            return &neighbour;
        }
    }
    return nullptr;
}

Interface::Neighbour& Interface::new_neighbour(Ipv4Address address) {
    // What is being asked for is given up last: somebody waits for it.
    const auto goes_before = [](const Neighbour& a, const Neighbour& b) {
        const bool a_pending = a.state == Neighbour::State::pending;
        const bool b_pending = b.state == Neighbour::State::pending;
        if (a_pending != b_pending) return b_pending;
        return a.deadline < b.deadline;
    };
    Neighbour* victim = &neighbours_[0];
    for (Neighbour& neighbour : neighbours_) {
        if (neighbour.state == Neighbour::State::empty) {
            victim = &neighbour;
            break;
        }
        if (goes_before(neighbour, *victim)) victim = &neighbour;
    }
    if (victim->state == Neighbour::State::pending) drop_waiting(victim->address);
    *victim = {};
    victim->address = address;
    return *victim;
}

void Interface::send_arp(u16 operation, MacAddress target_mac, Ipv4Address target,
                         MacAddress destination) {
    std::array<u8, EthernetHeader::kSize + ArpPacket::kSize> frame{};
    Writer writer(frame);
    EthernetHeader{destination, mac(), wire::kEtherTypeArp}.emit(writer);
    ArpPacket{operation, mac(), config_.address, target_mac, target}.emit(writer);
    // A lost request is repeated by poll_arp(), a lost reply by the asker.
    IGNORE_RESULT(transmit(writer.written()));
}

void Interface::ask(Neighbour& neighbour, Instant now) {
    neighbour.deadline = now + kFirstRetry * (1 << min(neighbour.tries, kMaxTries));
    ++neighbour.tries;
    send_arp(ArpPacket::kRequest, {}, neighbour.address, MacAddress::broadcast());
}

Result<void> Interface::send_by(Neighbour& neighbour, MutableBytes frame, Instant now) {
    switch (neighbour.state) {
        case Neighbour::State::reachable:
            // Old knowledge is used while it is asked for again, so a transfer never stops for it.
            if (now >= neighbour.deadline) {
                if (neighbour.tries >= kMaxTries) {
                    neighbour.state = Neighbour::State::pending;
                    neighbour.tries = 0;
                }
                ask(neighbour, now);
            }
            if (neighbour.state == Neighbour::State::reachable) {
                return send_to_mac(neighbour.mac, frame);
            }
            break;
        case Neighbour::State::failed:
            if (now < neighbour.deadline) return Error::host_unreachable;
            neighbour.tries = 0;
            [[fallthrough]];
        case Neighbour::State::empty:
            neighbour.state = Neighbour::State::pending;
            ask(neighbour, now);
            break;
        case Neighbour::State::pending:
            break;
    }
    keep_waiting(neighbour.address, frame);
    return {};
}

void Interface::learn(Neighbour& neighbour, MacAddress new_mac, Instant now) {
    const bool was_reachable = neighbour.state == Neighbour::State::reachable;
    neighbour.mac = new_mac;
    neighbour.state = Neighbour::State::reachable;
    neighbour.deadline = now + kFresh;
    neighbour.tries = 0;
    if (!was_reachable) send_waiting(neighbour.address, new_mac);
}

void Interface::on_arp(Bytes packet) {
    const std::optional<ArpPacket> arp = ArpPacket::parse(packet);
    if (!arp || arp->sender_mac.is_multicast() || arp->sender_mac == mac()) return;
    if (!configured() || arp->sender.is_any()) return;  // an RFC 5227 probe teaches nothing

    const bool asks_us = arp->target == config_.address;
    Neighbour* neighbour = find_neighbour(arp->sender);
    if (neighbour != nullptr) learn(*neighbour, arp->sender_mac, stack_->now());
    if (!asks_us || arp->operation != ArpPacket::kRequest) return;
    if (neighbour == nullptr) {
        learn(new_neighbour(arp->sender), arp->sender_mac, stack_->now());
    }
    send_arp(ArpPacket::kReply, arp->sender_mac, arp->sender, arp->sender_mac);
}

void Interface::keep_waiting(Ipv4Address next_hop, Bytes frame) {
    if (frame.size() > kFrameSize) return;
    WaitingFrame* slot = &waiting_[0];
    for (WaitingFrame& candidate : waiting_) {
        if (candidate.next_hop.is_any()) {
            slot = &candidate;
            break;
        }
    }
    slot->next_hop = next_hop;
    slot->size = static_cast<u16>(frame.size());
    copy_bytes(slot->bytes, frame);
}

void Interface::send_waiting(Ipv4Address next_hop, MacAddress destination) {
    for (WaitingFrame& frame : waiting_) {
        if (frame.next_hop != next_hop) continue;
        frame.next_hop = {};
        // A full card drops it, like a network: the transport sends again.
        IGNORE_RESULT(send_to_mac(destination, MutableBytes(frame.bytes).first(frame.size)));
    }
}

void Interface::drop_waiting(Ipv4Address next_hop) {
    for (WaitingFrame& frame : waiting_) {
        if (frame.next_hop == next_hop) frame.next_hop = {};
    }
}

/// Tells the senders of what waits, then drops it.
void Interface::give_up_waiting(Ipv4Address next_hop) {
    for (const WaitingFrame& frame : waiting_) {
        if (frame.next_hop != next_hop) continue;
        const Bytes packet = Bytes(frame.bytes).first(frame.size).subspan(EthernetHeader::kSize);
        stack_->on_undelivered(config_.address, packet,
                               {Undelivered::Kind::transient, Error::host_unreachable});
    }
    drop_waiting(next_hop);
}

void Interface::poll_arp(Instant now) {
    for (Neighbour& neighbour : neighbours_) {
        if (neighbour.state != Neighbour::State::pending || now < neighbour.deadline) continue;
        if (neighbour.tries < kMaxTries) {
            ask(neighbour, now);
            continue;
        }
        neighbour.state = Neighbour::State::failed;
        neighbour.deadline = now + kFailedFor;
        give_up_waiting(neighbour.address);
        stack_->on_unreachable(*this, neighbour.address);
    }
}

Instant Interface::arp_poll_at() const {
    Instant earliest = Instant::never();
    for (const Neighbour& neighbour : neighbours_) {
        if (neighbour.state == Neighbour::State::pending) {
            earliest = min(earliest, neighbour.deadline);
        }
    }
    return earliest;
}

}  // namespace kedge::net
