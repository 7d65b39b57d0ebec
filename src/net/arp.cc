// The ARP half of Interface: RFC 826, with the probing of RFC 1122 section 2.3.2 and the defence of
// RFC 5227 section 2.4.
//
// ARP proves nothing, so what is known is kept until it fails: somebody else who claims a
// neighbour's address is remembered, the neighbour is asked, and only when it stays silent the
// claim is taken. So a forger must first silence his victim, while a virtual address that really
// moves is followed within a second.
#include "base/log.h"
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
constexpr Duration kProbeInterval = Duration::ms(250);
constexpr u8 kMaxProbes = 3;
constexpr Duration kDefendInterval = Duration::seconds(10);  // RFC 5227 section 1.1
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
    // What is being asked for is given up last: somebody waits for it. What only others ever used
    // goes first.
    const auto worth = [](const Neighbour& neighbour) {
        return neighbour.state == Neighbour::State::pending ? 2 : neighbour.used ? 1 : 0;
    };
    const auto goes_before = [&](const Neighbour& a, const Neighbour& b) {
        if (worth(a) != worth(b)) return worth(a) < worth(b);
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

/// A slot for what we did not ask for: none that is of use to us.
Interface::Neighbour* Interface::spare_neighbour(Ipv4Address address) {
    for (Neighbour& neighbour : neighbours_) {
        if (neighbour.state == Neighbour::State::empty || !neighbour.used) {
            neighbour = {};
            neighbour.address = address;
            return &neighbour;
        }
    }
    return nullptr;
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

/// Asks the one we know, and nobody else: RFC 1122 section 2.3.2.1.
void Interface::probe(Neighbour& neighbour, Instant now) {
    neighbour.state = Neighbour::State::probing;
    neighbour.deadline = now + kProbeInterval;
    ++neighbour.tries;
    send_arp(ArpPacket::kRequest, {}, neighbour.address, neighbour.mac);
}

Result<void> Interface::send_by(Neighbour& neighbour, MutableBytes frame, Instant now) {
    neighbour.used = true;
    switch (neighbour.state) {
        case Neighbour::State::reachable:
            // Old knowledge is used while it is asked for again, so a transfer never stops for it.
            if (now >= neighbour.deadline) probe(neighbour, now);
            [[fallthrough]];
        case Neighbour::State::probing:
            return send_to_mac(neighbour.mac, frame);
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
    const bool waited = neighbour.state == Neighbour::State::pending;
    neighbour.mac = new_mac;
    neighbour.claimant = {};
    neighbour.state = Neighbour::State::reachable;
    neighbour.deadline = now + kFresh;
    neighbour.tries = 0;
    if (waited) send_waiting(neighbour.address, new_mac);
}

/// Somebody says that this address is at `claimed`.
void Interface::on_claim(Neighbour& neighbour, MacAddress claimed, Instant now) {
    using State = Neighbour::State;
    const bool known = neighbour.state == State::reachable || neighbour.state == State::probing;
    if (!known || claimed == neighbour.mac) {
        learn(neighbour, claimed, now);
        return;
    }
    // Just confirmed: a flood of claims must not become a flood of questions.
    const bool confirmed =
        neighbour.state == State::reachable && neighbour.deadline - now > kFresh - kProbeInterval;
    if (confirmed) return;
    neighbour.claimant = claimed;
    if (neighbour.state == State::reachable) {
        neighbour.tries = 0;
        probe(neighbour, now);
    }
}

void Interface::on_probed_in_vain(Neighbour& neighbour, Instant now) {
    if (neighbour.claimant != MacAddress{}) {
        learn(neighbour, neighbour.claimant, now);
        return;
    }
    // Whoever answers the broadcast is the new one.
    neighbour.state = Neighbour::State::pending;
    neighbour.tries = 0;
    ask(neighbour, now);
}

/// Another machine uses our address. Saying so mends the caches around us; more often than this the
/// two would shout for ever. Giving the address up would end a boot for somebody's mistake.
void Interface::defend(MacAddress other, Instant now) {
    if (now < defend_again_at_) return;
    defend_again_at_ = now + kDefendInterval;
    log::debug(log::kNet, "{}: {} is also used by {}", name_, config_.address, other);
    send_arp(ArpPacket::kRequest, {}, config_.address, MacAddress::broadcast());
}

void Interface::on_arp(Bytes packet) {
    const std::optional<ArpPacket> arp = ArpPacket::parse(packet);
    if (!arp || arp->sender_mac.is_multicast() || arp->sender_mac == mac() || !configured()) return;
    const Instant now = stack_->now();
    const bool asks_us = arp->operation == ArpPacket::kRequest && arp->target == config_.address;
    if (arp->sender == config_.address) {
        defend(arp->sender_mac, now);
        return;
    }
    // A probe of RFC 5227 has no sender address: it teaches nothing, but is answered.
    if (!arp->sender.is_any()) {
        if (Neighbour* neighbour = find_neighbour(arp->sender)) {
            on_claim(*neighbour, arp->sender_mac, now);
        } else if (asks_us) {
            // It is about to send to us, so we shall need it.
            if (Neighbour* spare = spare_neighbour(arp->sender)) {
                learn(*spare, arp->sender_mac, now);
            }
        }
    }
    if (asks_us) send_arp(ArpPacket::kReply, arp->sender_mac, arp->sender, arp->sender_mac);
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
        if (now < neighbour.deadline) continue;
        if (neighbour.state == Neighbour::State::probing) {
            if (neighbour.tries < kMaxProbes) {
                probe(neighbour, now);
            } else {
                on_probed_in_vain(neighbour, now);
            }
        }
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
        if (neighbour.state == Neighbour::State::pending ||
            neighbour.state == Neighbour::State::probing) {
            earliest = min(earliest, neighbour.deadline);
        }
    }
    return earliest;
}

}  // namespace kedge::net
