// TFTP client: RFC 1350, 2347, 2348 (blksize), 2349 (tsize, timeout), 7440 (windowsize).
#pragma once

#include "base/str.h"
#include "base/unique.h"
#include "net/stack.h"
#include "net/wire/tftp.h"
#include "proto/resolver.h"
#include "proto/transfer.h"

namespace kedge::proto {

/// What to fetch. The texts are copied.
struct TftpRequest {
    net::Endpoint server;
    /// The name as it goes over the wire: of a tftp:// URI its path without the first slash,
    /// percent-decoded; of a DHCP file name the name itself.
    StrView path;
    /// What the transfer is called in sentences and by final_uri().
    StrView uri;
    u16 mtu = 1500;  // of the way to the server: limits the block size
};

/// A file and the host that has it, as a URI names them. The texts are copied.
struct TftpFile {
    StrView host;
    u16 port = net::wire::kTftpPort;
    StrView path;  // as TftpRequest has it
    StrView uri;
};

/// A started download with a socket of its own. Fails at once only with Error::no_memory or
/// Error::busy (no port); whatever else is wrong is a failed transfer with its sentence. Of a host
/// with several addresses the next is tried where one does not answer. The stack, the resolver and
/// the sink must outlive it.
///
/// A finished transfer answers a server that did not hear the last acknowledgement for as long as
/// it lives.
Result<Unique<Transfer>> tftp_get(net::Stack& stack, Resolver& resolver, const TftpFile& file,
                                  BodySink& sink, Instant now);

/// The conversation alone, over any port.
class TftpTransfer : public Transfer, public net::DatagramSink {
  public:
    TftpTransfer(net::DatagramPort& port, BodySink& sink) : port_(port), sink_(sink) {}

    /// Sends the first request. Error::no_memory.
    Result<void> start(const TftpRequest& request, Instant now);
    /// Fails without having asked.
    void give_up(Error error);
    /// Nobody has answered, so another server may be asked.
    bool unanswered() const { return peer_.port == 0 && server_silent_; }

    void poll(Instant now) override;
    Instant poll_at() const override;
    State state() const override;
    const Failure& failure() const override { return failure_; }
    StrView final_uri() const override { return uri_; }
    void cancel() override;
    void on_datagram(net::Endpoint from, net::Ipv4Address to, const Parts& payload,
                     Instant now) override;

  private:
    enum class Phase : u8 { idle, requesting, receiving, done, failed };
    /// What the request asks for; a server or network that cannot bear it gets less.
    enum class Options : u8 { none, common, all };

    bool is_from_peer(net::Endpoint from, const net::wire::TftpPacket& packet);
    void on_option_ack(const Parts& options, Instant now);
    void on_data(u16 block, const Parts& data, Instant now);
    void on_error_packet(u16 code, const Parts& message, Instant now);
    void on_unexpected(u16 block, Instant now);
    bool take_option(StrView name, StrView value);
    bool take_number(StrView name, StrView value, u16 smallest, u16 largest, u16& out);
    bool take_data(const Parts& data);
    void finish();

    /// Sends the request or the last acknowledgement again, as the phase has it.
    void send(Instant now);
    Result<void> send_request();
    Result<void> send_ack(Instant now);
    void send_error(net::Endpoint to, net::wire::TftpErrorCode code, StrView message);
    void request(Options options, Instant now);
    void on_progress(Instant now);
    void fail(Error error, StrView cause, StrView hint = {});
    /// fail(), telling the server if it takes part already.
    void refuse(Error error, StrView cause, StrView hint = {},
                net::wire::TftpErrorCode code = net::wire::TftpErrorCode::other);

    net::DatagramPort& port_;
    BodySink& sink_;
    net::Endpoint server_;
    net::Endpoint peer_;       // port 0 until the server chose its transfer id
    net::Endpoint abandoned_;  // the peer of an earlier request
    String path_;
    String uri_;
    Phase phase_ = Phase::idle;
    Options options_ = Options::all;
    bool size_told_ = false;
    bool server_silent_ = false;  // that was why it failed
    u16 room_ = 0;                // for a block in a packet
    u16 wanted_block_size_ = net::wire::kTftpDefaultBlockSize;
    u16 block_size_ = net::wire::kTftpDefaultBlockSize;
    u16 window_ = 1;
    u16 last_block_ = 0;      // received
    u16 unacknowledged_ = 0;  // blocks up to last_block_
    u16 gap_ = 0;             // how far the last block after a missing one was ahead; 0: no gap
    u64 received_ = 0;
    std::optional<u64> total_;
    Instant retry_at_;
    Duration interval_;
    Instant give_up_at_;
    Instant last_ack_at_;
    Failure failure_;
};

}  // namespace kedge::proto
