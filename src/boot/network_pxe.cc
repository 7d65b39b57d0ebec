// What comes from other servers than the lease: ProxyDHCP, PXE boot servers, and the firmware's own
// network boot.
#include "net/wire/pxe.h"
#include "src/boot/session.h"
#include "src/boot/wait.h"

namespace kedge::boot {
namespace {

namespace wire = net::wire;
using wire::DhcpMessage;

constexpr u32 kNextServerTag = wire::kDhcpEtherboot << 8 | 3;
constexpr u8 kUseCached = 0xb2;

/// Does somebody's script or embedded setting already say what to boot?
bool root_names_file(Session& session) {
    SettingValue value;
    return session.settings.root().fetch(SettingKey::of("filename"), value).ok();
}

/// Is this of a server that knows PXE, with a menu to be used?
bool holds_menu(Bytes packet) {
    const Result<DhcpMessage> message = DhcpMessage::parse(packet);
    if (!message.ok() || !proto::is_proxy_offer(*message)) return false;
    std::array<u8, wire::kDhcpJoinedSize> scratch;
    const wire::PxeOptions options(*message, scratch);
    if (options.menu().empty()) return false;
    const bool skip = (options.discovery_control() & wire::kPxeSkipDiscovery) != 0;
    return !skip || message->boot_file().empty();
}

bool names_file(Bytes packet) {
    const Result<DhcpMessage> message = DhcpMessage::parse(packet);
    return message.ok() && !message->boot_file().empty();
}

void add_listed_servers(Bytes list, u16 type, proto::PxeExchange::Question& question) {
    wire::PxeServerReader reader(list);
    u16 listed = 0;
    Bytes addresses;
    while (reader.next(listed, addresses)) {
        if (listed != type) continue;
        for (; addresses.size() >= 4; addresses = addresses.subspan(4)) {
            question.add({{load_be<u32>(addresses)}, wire::kProxyDhcpPort});
        }
    }
}

/// Whom to ask for a boot server of `type`, by what a server said; PXE 2.1 section 2.4. All at
/// once: the first that answers has the boot file.
void choose_servers(Bytes said, u16 type, proto::PxeExchange::Question& question) {
    question.item = type;
    const Result<DhcpMessage> message = DhcpMessage::parse(said);
    std::array<u8, wire::kDhcpJoinedSize> scratch;
    wire::PxeOptions options;
    if (message.ok()) options = wire::PxeOptions(*message, scratch);
    const u8 control = options.discovery_control();
    add_listed_servers(options.boot_servers(), type, question);
    question.only_these = (control & wire::kPxeOnlyListed) != 0 && question.count > 0;
    const net::Ipv4Address multicast = options.multicast_address();
    if ((control & wire::kPxeNoMulticast) == 0 && !multicast.is_any()) {
        question.add({multicast, wire::kProxyDhcpPort});
    }
    if ((control & wire::kPxeNoBroadcast) == 0) {
        question.add({net::Ipv4Address::broadcast(), wire::kDhcpServerPort});
    }
    if (question.count > 0 || !message.ok()) return;
    const auto server = message->address(wire::kDhcpServerId);
    if (server) question.add({*server, wire::kProxyDhcpPort});
}

}  // namespace

void Network::PxeSource::set(Bytes packet) {
    // What is no message, or for what there is no memory, stays without settings.
    if (!message.assign(packet).ok()) return forget();
    block->set_source(&message);
}

void Network::PxeSource::forget() {
    block->clear_all();
    block->set_source(nullptr);
    message.clear();
}

void Network::forget_boot_servers() {
    proxy_.forget();
    boot_server_.forget();
}

void Network::poll(Instant now) {
    for (const Unique<Port>& port : ports_) {
        if (port->client) poll(*port, now);
    }
}

void Network::poll(Port& port, Instant now) {
    port.client->poll(now);
    const Vector<u8> proxy = port.client->take_proxy();
    if (!proxy.empty()) proxy_.set(proxy.span());
    if (port.client->state() != proto::DhcpClient::State::failed) return;
    session_.print("{}\n", port.client->failure());
    port.drop_lease();
    apply_settings(port);
    port.client.reset();
}

Result<void> Network::settle(Port& port, bool only_needed) {
    const auto enough = [&] {
        return only_needed && port.client->only_listening() &&
               (names_file(port.lease_packet()) || holds_menu(port.lease_packet()));
    };
    Pump pump(session_);
    while (true) {
        const Instant now = pump.step();  // may end the client
        if (!port.client || port.client->settled(now) || enough()) return {};
        if (pump.cancelled()) return Error::cancelled;
        pump.rest(now);
    }
}

Result<void> Network::take_better_lease(Port& port) {
    if (!port.client || !port.client->has_better_offer()) return {};
    // It beats a lease that names a file by priority only.
    const bool needed = names_file(port.lease_packet()) || !names_file(proxy_.message.packet());
    if (!needed) return {};
    const net::Ipv4Address before = port.client->lease().server();
    port.client->take_better_offer(session_.context.clock.now());
    Pump pump(session_);
    while (port.client && port.client->state() == proto::DhcpClient::State::requesting) {
        const Instant now = pump.step();
        if (pump.cancelled()) return Error::cancelled;
        pump.rest(now);
    }
    if (!port.client || port.client->lease().server() == before) return {};
    const net::Ipv4Address server = port.client->lease().server();
    TRY(use_lease(port));
    session_.print("{}: {} from {}, which knows more\n", port.name(),
                   port.interface.config().address, server);
    return {};
}

Result<void> Network::await_boot_servers(Port& port) {
    if (!port.client || root_names_file(session_)) return {};
    waiting_ = true;
    Result<void> status = settle(port, true);
    if (status.ok()) status = take_better_lease(port);
    waiting_ = false;
    if (!status.ok() || !port.client) return status;
    const proto::Failure* failure = port.client->proxy_failure();
    if (failure != nullptr) session_.print("{}\n", *failure);
    return {};
}

bool Network::wait_for(const SettingsBlock& block, const SettingKey& key) {
    const bool boot_file = key.tag == wire::kDhcpBootFile || key.tag == kNextServerTag ||
                           key.tag == wire::kDhcpTftpServerName;
    const bool relevant = &block == proxy_.block || (block.parent() == nullptr && boot_file);
    if (waiting_ || !relevant) return false;
    bool waited = false;
    waiting_ = true;
    for (const Unique<Port>& port : ports_) {
        if (!port->client || port->client->settled(session_.context.clock.now())) continue;
        waited = true;
        if (!settle(*port, false).ok() || !take_better_lease(*port).ok()) break;
    }
    waiting_ = false;
    return waited;
}

Bytes Network::pxe_menu(const Port& port) const {
    for (Bytes packet : {proxy_.message.packet(), port.lease_packet()}) {
        if (holds_menu(packet)) return packet;
    }
    return {};
}

Result<void> Network::discover_boot_server(Port& port, u16 type) {
    const Bytes proxy = proxy_.message.packet();
    const Result<void> found = ask(port, type, proxy.empty() ? port.lease_packet() : proxy);
    if (!found.ok() || boot_server_.message.packet().empty()) return found;
    const Result<DhcpMessage> answer = DhcpMessage::parse(boot_server_.message.packet());
    if (!answer.ok()) return answer.error();
    session_.print("{}: PXE boot server {}\n", port.name(),
                   answer->address(wire::kDhcpServerId).value_or(answer->siaddr()));
    return {};
}

Result<void> Network::ask(Port& port, u16 type, Bytes said) {
    if (!port.open || !port.interface.configured()) {
        session_.print("{}: no address to ask a PXE boot server from\n", port.name());
        return Error::network_unreachable;
    }
    if (!port.client) {
        port.client = TRY(port.make_client(session_));
        TRY(port.client->open());
    }
    proto::PxeExchange::Question question{
        .name = port.name(), .mac = port.interface.mac(), .mtu = port.interface.mtu()};
    question.client = port.interface.config().address;
    choose_servers(said, type, question);
    port.client->ask_boot_servers(question, session_.context.clock.now());
    Pump pump(session_);
    while (port.client &&
           port.client->boot_servers().state() == proto::PxeExchange::State::asking) {
        const Instant now = pump.step();
        if (pump.cancelled()) return Error::cancelled;
        pump.rest(now);
    }
    if (!port.client) return Error::network_unreachable;
    const proto::PxeExchange& servers = port.client->boot_servers();
    if (servers.state() != proto::PxeExchange::State::answered) {
        session_.print("{}\n", servers.failure());
        return servers.failure().error;
    }
    boot_server_.set(servers.packet());
    return {};
}

Result<void> Network::adopt(const CachedDhcp& cached) {
    const Result<DhcpMessage> ack = DhcpMessage::parse(cached.ack);
    if (!ack.ok()) return {};
    const bool named = cached.mac != net::MacAddress{};
    const Bytes mac = named ? Bytes(cached.mac.bytes) : ack->chaddr();
    for (const Unique<Port>& port : ports_) {
        if (equal_bytes(port->interface.mac().bytes, mac)) origin_ = port.get();
    }
    if (origin_ == nullptr) return {};
    Text<96> why;
    const Result<net::Ipv4Config> config =
        proto::read_dhcp_config(*ack, origin_->interface.device().mtu(), why);
    if (!config.ok()) return {};
    TRY(origin_->set_lease(cached.ack, *config));
    if (!cached.proxy.empty()) proxy_.set(cached.proxy);
    // PXE ROMs without a boot server answer with the lease once more.
    const bool other = !equal_bytes(cached.reply, cached.ack);
    if (!cached.reply.empty() && other) boot_server_.set(cached.reply);
    IGNORE_RESULT(open(*origin_));  // it has said why not
    return {};
}

bool Network::may_use_cached(const Port& port) const {
    if (&port != origin_ || port.client || !port.interface.configured()) return false;
    const Result<DhcpMessage> ack = DhcpMessage::parse(port.lease_packet());
    return ack.ok() && ack->encapsulated_number(wire::kDhcpEtherboot, kUseCached).value_or(0) != 0;
}

}  // namespace kedge::boot
