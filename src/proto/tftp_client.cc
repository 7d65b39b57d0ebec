// The socket of a TFTP transfer: apart from tftp.cc, which knows only a DatagramPort.
#include "proto/tftp.h"

namespace kedge::proto {

namespace {

class SocketTftpTransfer final : public TftpTransfer {
  public:
    SocketTftpTransfer(net::Stack& stack, BodySink& sink)
        : TftpTransfer(socket_, sink), socket_(stack, *this) {}

    Result<void> bind() { return socket_.bind(); }

  private:
    net::UdpSocket socket_;
};

}  // namespace

Result<Unique<Transfer>> tftp_get(net::Stack& stack, const TftpRequest& request, BodySink& sink,
                                  Instant now) {
    Unique<SocketTftpTransfer> transfer = TRY(make_unique<SocketTftpTransfer>(stack, sink));
    TRY(transfer->bind());
    TRY(transfer->start(request, now));
    return Unique<Transfer>(std::move(transfer));
}

}  // namespace kedge::proto
