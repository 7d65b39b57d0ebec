// The socket and the server of a TFTP transfer: apart from tftp.cc, which knows only a DatagramPort
// and an address.
#include "proto/tftp.h"

namespace kedge::proto {

namespace {

constexpr u16 kUsualMtu = 1500;

class SocketTftpTransfer final : public Transfer, public net::DatagramSink {
  public:
    SocketTftpTransfer(net::Stack& stack, BodySink& sink)
        : stack_(stack), sink_(sink), socket_(stack, *this) {}

    Result<void> start(Resolver& resolver, const TftpFile& file, Instant now) {
        TRY(path_.assign(file.path));
        TRY(uri_.assign(file.uri));
        port_ = file.port;
        lookup_ = TRY(resolver.lookup(file.host, now));
        return lookup_->state() == Lookup::State::done ? ask_next(now) : Result<void>();
    }

    void poll(Instant now) override {
        if (cancelled_) return;
        if (conversation_) return poll_conversation(now);
        lookup_->poll(now);
        if (lookup_->state() == Lookup::State::done) try_next(now);
    }

    Instant poll_at() const override {
        return conversation_ ? conversation_->poll_at() : lookup_->poll_at();
    }

    State state() const override {
        if (cancelled_) return State::failed;
        if (conversation_) return conversation_->state();
        return lookup_->state() == Lookup::State::failed ? State::failed : State::running;
    }

    const Failure& failure() const override {
        return conversation_ ? conversation_->failure() : lookup_->failure();
    }
    StrView final_uri() const override { return uri_; }

    void cancel() override {
        if (conversation_) return conversation_->cancel();
        cancelled_ = true;
    }

    void on_datagram(net::Endpoint from, net::Ipv4Address to, const Parts& payload,
                     Instant now) override {
        if (conversation_) conversation_->on_datagram(from, to, payload, now);
    }

  private:
    void poll_conversation(Instant now) {
        conversation_->poll(now);
        const bool mute = conversation_->state() == State::failed && conversation_->unanswered();
        if (mute && tried_ < lookup_->addresses().size()) try_next(now);
    }

    /// With a port of its own, so that nothing of an earlier conversation is taken for this one's.
    Result<void> ask_next(Instant now) {
        const net::Ipv4Address address = lookup_->addresses()[tried_++];
        const net::Interface* interface = stack_.route(address);
        const TftpRequest request{
            .server = {address, port_},
            .path = path_,
            .uri = uri_,
            .mtu = interface != nullptr ? interface->mtu() : kUsualMtu,
        };
        socket_.unlink();
        TRY(socket_.bind());
        conversation_.emplace(socket_, sink_);
        return conversation_->start(request, now);
    }

    void try_next(Instant now) {
        const Result<void> asked = ask_next(now);
        if (asked.ok()) return;
        if (!conversation_) conversation_.emplace(socket_, sink_);
        conversation_->give_up(asked.error());
    }

    net::Stack& stack_;
    BodySink& sink_;
    String path_;
    String uri_;
    u16 port_ = 0;
    Unique<Lookup> lookup_;
    size_t tried_ = 0;  // of its addresses
    bool cancelled_ = false;
    net::UdpSocket socket_;
    std::optional<TftpTransfer> conversation_;
};

}  // namespace

Result<Unique<Transfer>> tftp_get(net::Stack& stack, Resolver& resolver, const TftpFile& file,
                                  BodySink& sink, Instant now) {
    Unique<SocketTftpTransfer> transfer = TRY(make_unique<SocketTftpTransfer>(stack, sink));
    TRY(transfer->start(resolver, file, now));
    return Unique<Transfer>(std::move(transfer));
}

}  // namespace kedge::proto
