// The socket of a TFTP transfer: apart from tftp.cc, which knows only a DatagramPort.
#include "proto/tftp.h"

namespace kedge::proto {

namespace {

/// A conversation and the socket that it goes over, in this order of construction.
class SocketTftpTransfer final : public Transfer, public net::DatagramSink {
  public:
    SocketTftpTransfer(net::Stack& stack, BodySink& sink)
        : socket_(stack, *this), conversation_(socket_, sink) {}

    Result<void> start(const TftpRequest& request, Instant now) {
        TRY(socket_.bind());
        return conversation_.start(request, now);
    }

    void poll(Instant now) override { conversation_.poll(now); }
    Instant poll_at() const override { return conversation_.poll_at(); }
    State state() const override { return conversation_.state(); }
    const Failure& failure() const override { return conversation_.failure(); }
    StrView final_uri() const override { return conversation_.final_uri(); }
    void cancel() override { conversation_.cancel(); }

    void on_datagram(net::Endpoint from, net::Ipv4Address to, const Parts& payload,
                     Instant now) override {
        conversation_.on_datagram(from, to, payload, now);
    }

  private:
    net::UdpSocket socket_;
    TftpTransfer conversation_;
};

}  // namespace

Result<Unique<Transfer>> tftp_get(net::Stack& stack, const TftpRequest& request, BodySink& sink,
                                  Instant now) {
    Unique<SocketTftpTransfer> transfer = TRY(make_unique<SocketTftpTransfer>(stack, sink));
    TRY(transfer->start(request, now));
    return Unique<Transfer>(std::move(transfer));
}

}  // namespace kedge::proto
