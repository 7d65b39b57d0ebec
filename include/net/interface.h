// Interface: a NetDevice with its IPv4 configuration and ARP cache.
#pragma once

#include "base/list.h"
#include "base/time.h"
#include "net/device.h"

namespace kedge::net {

class Stack;
class VlanDevice;

/// IPv4 configuration as DHCP or a script gives it.
struct Ipv4Config {
    struct Route {
        Ipv4Address destination;
        u8 prefix_length = 0;
        Ipv4Address gateway;
    };
    static constexpr size_t kMaxRoutes = 16;

    Ipv4Address address;
    Ipv4Address netmask;
    Ipv4Address gateway;  // used unless a route below matches; may be zero
    std::array<Route, kMaxRoutes> routes{};
    size_t route_count = 0;
    u16 mtu = 0;  // 0: the device's

    /// The broadcast address of the own subnet (RFC 919); /31 and /32 have none (RFC 3021).
    bool is_directed_broadcast(Ipv4Address candidate) const {
        const u32 host_bits = ~netmask.value;
        return host_bits > 1 && candidate.value == (address.value | host_bits);
    }
};

class Interface final : public FrameSink, public ListNode<Interface> {
  public:
    /// `name` ("net0") and the device are borrowed for the interface's lifetime.
    Interface(StrView name, NetDevice& device) : name_(name), device_(device) {}
    ~Interface();

    StrView name() const { return name_; }
    NetDevice& device() { return device_; }
    const NetDevice& device() const { return device_; }
    MacAddress mac() const { return device_.mac(); }
    u16 mtu() const;

    const Ipv4Config& config() const { return config_; }
    /// Replaces the configuration; a zero address means not configured. Forgets the ARP cache.
    void configure(const Ipv4Config& config);
    bool configured() const { return !config_.address.is_any(); }

    /// Does a frame to `destination` go to everybody on this link?
    bool is_broadcast(Ipv4Address destination) const {
        return destination.is_broadcast() ||
               (configured() && config_.is_directed_broadcast(destination));
    }

    /// The next hop towards `destination`, or nothing if no route of this interface leads there.
    std::optional<Ipv4Address> next_hop(Ipv4Address destination) const;
    /// What ARP knows, by number from 0; with address zero where that place is empty. Nothing
    /// behind the last place.
    struct KnownNeighbour {
        Ipv4Address address;
        MacAddress mac;
    };
    std::optional<KnownNeighbour> neighbour(size_t index) const {
        if (index >= neighbours_.size()) return std::nullopt;
        const Neighbour& one = neighbours_[index];
        if (one.state != Neighbour::State::reachable) return KnownNeighbour{};
        return KnownNeighbour{one.address, one.mac};
    }
    /// Length of the prefix by which it matched: -1 none, 0 default route … 32.
    int match(Ipv4Address destination) const;

    struct Counters {
        u64 received = 0;  // frames
        u64 received_bytes = 0;
        u64 dropped = 0;  // malformed, or for somebody else
        u64 sent = 0;
        u64 sent_bytes = 0;
        u64 busy = 0;    // not sent: the card had no room
        u64 failed = 0;  // not sent for another reason
    };
    const Counters& counters() const { return counters_; }

    /// Sends a whole Ethernet frame, and counts.
    Result<void> transmit(Bytes frame);

    /// Largest frame we send; a larger MTU is not used.
    static constexpr size_t kFrameSize = 1536;
    static constexpr u16 kMaxMtu = 1500;
    static constexpr u16 kMinMtu = 68;  // RFC 791: what every link carries

    // Called by the stack.
    void on_frame(const RxFrame& frame) override;
    /// `frame` holds an IPv4 packet behind 14 free bytes for the Ethernet header. It is sent, or
    /// kept while ARP asks for the next hop. Error::network_unreachable without a route,
    /// Error::host_unreachable when ARP has just failed.
    Result<void> send_packet(Ipv4Address destination, MutableBytes frame, Instant now);
    void poll_arp(Instant now);
    Instant arp_poll_at() const;

  private:
    friend class Stack;
    friend class VlanDevice;

    bool deliver_tagged(const RxFrame& frame, u16 vlan);

    struct Neighbour {
        enum class State : u8 {
            empty,
            pending,    // asked for by broadcast: frames wait
            reachable,  // used
            probing,    // used, while it is asked whether it is still there
            failed,     // no answer
        } state = State::empty;
        Ipv4Address address;
        MacAddress mac;       // reachable, probing
        MacAddress claimant;  // probing: who says that the address is theirs now; or zero
        Instant deadline;     // pending, probing: next request; reachable: when it is asked again
        u8 tries = 0;
        bool used = false;  // we have sent something there
    };
    static constexpr size_t kNeighbours = 16;
    static constexpr size_t kWaiting = 4;
    struct WaitingFrame {
        Ipv4Address next_hop;  // zero: slot is free
        u16 size = 0;
        std::array<u8, kFrameSize> bytes;
    };

    void on_arp(Bytes packet);
    Neighbour* find_neighbour(Ipv4Address address);
    Neighbour& new_neighbour(Ipv4Address address);
    Neighbour* spare_neighbour(Ipv4Address address);
    void learn(Neighbour& neighbour, MacAddress mac, Instant now);
    void on_claim(Neighbour& neighbour, MacAddress mac, Instant now);
    void on_probed_in_vain(Neighbour& neighbour, Instant now);
    void ask(Neighbour& neighbour, Instant now);
    void probe(Neighbour& neighbour, Instant now);
    void defend(MacAddress other, Instant now);
    void send_arp(u16 operation, MacAddress target_mac, Ipv4Address target, MacAddress destination);
    Result<void> send_by(Neighbour& neighbour, MutableBytes frame, Instant now);
    Result<void> send_to_mac(MacAddress destination, MutableBytes frame);
    void keep_waiting(Ipv4Address next_hop, Bytes frame);
    void send_waiting(Ipv4Address next_hop, MacAddress mac);
    void drop_waiting(Ipv4Address next_hop);
    void give_up_waiting(Ipv4Address next_hop);

    StrView name_;
    NetDevice& device_;
    Stack* stack_ = nullptr;
    Ipv4Config config_;
    Counters counters_;
    List<VlanDevice> vlans_;
    std::array<Neighbour, kNeighbours> neighbours_{};
    std::array<WaitingFrame, kWaiting> waiting_{};
    Instant defend_again_at_;
};

}  // namespace kedge::net
