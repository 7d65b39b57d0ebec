#include "proto/tftp.h"

#include "base/log.h"
#include "src/proto/sentence.h"

namespace kedge::proto {

using net::wire::TftpErrorCode;
using net::wire::TftpOpcode;
using net::wire::TftpPacket;

namespace {

constexpr u16 kWindow = 64;          // blocks: what card and host can be expected to queue
constexpr u16 kServerPatience = 1;   // seconds until the server repeats itself
constexpr u16 kCarefulBlock = 1232;  // for tunnels that lose larger packets: IPv6's minimum MTU
constexpr u16 kHeaders = 20 + 8 + net::wire::kTftpHeaderSize;
constexpr Duration kFirstRetry = Duration::ms(250);
constexpr Duration kLongestRetry = Duration::seconds(10);
constexpr Duration kGiveUp = Duration::seconds(25);
constexpr Duration kBusyRetry = Duration::ms(5);
// A block that comes again sooner than this was doubled by the network: the answer is on its way.
constexpr Duration kDuplicateQuiet = Duration::ms(100);
// The first blocks do not come: perhaps they are too large for the way.
constexpr Duration kNothingComes = Duration::seconds(3);
constexpr size_t kLargestOptions = 512;

struct ErrorMeaning {
    Error error;
    StrView hint;
};

ErrorMeaning meaning_of(u16 code) {
    switch (static_cast<TftpErrorCode>(code)) {
        case TftpErrorCode::not_found:
            return {Error::not_found, "check the path on the server"};
        case TftpErrorCode::access_violation:
            return {Error::access_denied, "check the file's permissions on the server"};
        case TftpErrorCode::no_such_user:
            return {Error::access_denied, {}};
        case TftpErrorCode::illegal_operation:
        case TftpErrorCode::unknown_transfer_id:
        case TftpErrorCode::option_refused:
            return {Error::protocol, {}};
        default:
            return {Error::io, {}};
    }
}

}  // namespace

Result<void> TftpTransfer::start(const TftpRequest& request, Instant now) {
    server_ = request.server;
    TRY(path_.assign(request.path));
    TRY(uri_.assign(request.uri));
    const u16 mtu = max(request.mtu, kHeaders);
    room_ = clamp(static_cast<u16>(mtu - kHeaders), net::wire::kTftpSmallestBlockSize,
                  net::wire::kTftpLargestBlockSize);
    this->request(Options::all, now);
    return {};
}

void TftpTransfer::request(Options options, Instant now) {
    options_ = options;
    wanted_block_size_ = options == Options::all ? room_ : min(room_, kCarefulBlock);
    block_size_ = net::wire::kTftpDefaultBlockSize;
    window_ = 1;
    abandoned_ = std::exchange(peer_, {});
    phase_ = Phase::requesting;
    on_progress(now);
    send(now);
}

void TftpTransfer::poll(Instant now) {
    if (state() != State::running) return;
    if (now >= give_up_at_) {
        if (phase_ == Phase::requesting) {
            server_silent_ = true;
            return fail(Error::timed_out, Text<96>("no answer in {} s", kGiveUp.seconds()),
                        "check the TFTP server, and firewalls on the way");
        }
        return fail(Error::timed_out, Text<96>("no data for {} s, after {}", kGiveUp.seconds(),
                                               Progress{received_, total_}));
    }
    if (now < retry_at_) return;
    const bool nothing_came = phase_ == Phase::receiving && last_block_ == 0 && received_ == 0;
    if (nothing_came && options_ == Options::all && give_up_at_ - now <= kGiveUp - kNothingComes) {
        send_error(peer_, TftpErrorCode::other, "nothing arrives: trying smaller blocks");
        return request(Options::common, now);
    }
    send(now);
}

Instant TftpTransfer::poll_at() const {
    return state() == State::running ? min(retry_at_, give_up_at_) : Instant::never();
}

Transfer::State TftpTransfer::state() const {
    switch (phase_) {
        case Phase::idle:
        case Phase::requesting:
        case Phase::receiving:
            return State::running;
        case Phase::done:
            return State::done;
        case Phase::failed:
            break;
    }
    return State::failed;
}

void TftpTransfer::cancel() {
    if (state() == State::running) refuse(Error::cancelled, "cancelled");
}

void TftpTransfer::give_up(Error error) { fail(error, describe(error)); }

void TftpTransfer::on_progress(Instant now) {
    interval_ = kFirstRetry;
    retry_at_ = now + interval_;
    give_up_at_ = now + kGiveUp;
}

void TftpTransfer::send(Instant now) {
    const Result<void> sent = phase_ == Phase::requesting ? send_request() : send_ack(now);
    switch (sent.error()) {
        case Error::busy:
            retry_at_ = now + kBusyRetry;
            return;
        case Error::invalid_argument:
            return fail(Error::invalid_argument, "the path is empty or holds a NUL");
        case Error::too_large:
            if (phase_ == Phase::requesting && options_ != Options::none) {
                return request(Options::none, now);
            }
            return fail(Error::too_large, "the path is too long for TFTP");
        case Error::network_unreachable:
            server_silent_ = true;
            return fail(sent.error(), {});
        default:
            break;  // as good as lost on the way: there will be a next time
    }
    retry_at_ = now + interval_;
    interval_ = min(interval_ * 2, kLongestRetry);
}

Result<void> TftpTransfer::send_request() {
    std::array<u8, net::wire::kTftpLargestRequest> buffer;
    // Every server knows the first two.
    const net::wire::TftpOption all[] = {{"blksize", wanted_block_size_},
                                         {"tsize", 0},
                                         {"timeout", kServerPatience},
                                         {"windowsize", kWindow}};
    constexpr size_t kCount[] = {0, 2, std::size(all)};
    const Bytes request = TRY(net::wire::emit_tftp_read_request(
        buffer, path_, std::span(all).first(kCount[static_cast<size_t>(options_)])));
    return port_.send_to(server_, request);
}

Result<void> TftpTransfer::send_ack(Instant now) {
    last_ack_at_ = now;
    unacknowledged_ = 0;
    return port_.send_to(peer_, net::wire::emit_tftp_ack(last_block_));
}

void TftpTransfer::send_error(net::Endpoint to, TftpErrorCode code, StrView message) {
    std::array<u8, 128> buffer;
    // Nothing depends on its arrival: the server would find out by its own timer.
    IGNORE_RESULT(port_.send_to(to, net::wire::emit_tftp_error(buffer, code, message)));
}

/// The transfer id of the first sensible answer is the server's. Any address may send it: servers
/// with several of them answer from the one that the route back has.
bool TftpTransfer::is_from_peer(net::Endpoint from, const TftpPacket& packet) {
    if (phase_ != Phase::requesting) {
        if (from == peer_) return true;
        // Most often a second session of the same server, begun by a repeated request.
        if (packet.opcode != TftpOpcode::error) {
            send_error(from, TftpErrorCode::unknown_transfer_id, "unknown transfer id");
        }
        return false;
    }
    if (from == abandoned_) return false;
    switch (packet.opcode) {
        case TftpOpcode::option_ack:
            if (options_ == Options::none) return false;
            break;
        case TftpOpcode::data:
            if (packet.number != 1) return false;
            break;
        case TftpOpcode::error:
            return from.address == server_.address;  // it begins no session
        default:
            return false;
    }
    peer_ = from;
    return true;
}

void TftpTransfer::on_datagram(net::Endpoint from, net::Ipv4Address /*to*/, const Parts& payload,
                               Instant now) {
    if (phase_ == Phase::idle || phase_ == Phase::failed) return;
    const Result<TftpPacket> packet = TftpPacket::parse(payload);
    if (!packet.ok() || !is_from_peer(from, *packet)) return;
    switch (packet->opcode) {
        case TftpOpcode::data:
            return on_data(packet->number, packet->body, now);
        case TftpOpcode::option_ack:
            return on_option_ack(packet->body, now);
        case TftpOpcode::error:
            return on_error_packet(packet->number, packet->body, now);
        default:
            return;
    }
}

void TftpTransfer::on_option_ack(const Parts& options, Instant now) {
    if (phase_ == Phase::requesting) {
        phase_ = Phase::receiving;
        std::array<u8, kLargestOptions> buffer;
        net::wire::TftpOptionReader reader(Bytes(buffer).first(options.copy_to(buffer)));
        StrView name;
        StrView value;
        while (reader.next(name, value)) {
            if (!take_option(name, value)) return;
        }
        on_progress(now);
        return send(now);
    }
    const bool repeated = phase_ == Phase::receiving && last_block_ == 0 && received_ == 0;
    if (repeated && now >= last_ack_at_ + kDuplicateQuiet) send(now);
}

/// False when it ended the transfer.
bool TftpTransfer::take_option(StrView name, StrView value) {
    if (name.equals_ignoring_case("blksize")) {
        return take_number(name, value, net::wire::kTftpSmallestBlockSize, wanted_block_size_,
                           block_size_);
    }
    if (name.equals_ignoring_case("windowsize")) {
        return take_number(name, value, 1, options_ == Options::all ? kWindow : u16{1}, window_);
    }
    const std::optional<u64> number = parse_number(value);
    // Servers that do not know the size say 0, as our request did.
    if (!name.equals_ignoring_case("tsize") || !number || *number == 0 || size_told_) return true;
    total_ = *number;
    size_told_ = true;
    const Result<void> taken = sink_.on_size(*number);
    if (taken.ok()) return true;
    refuse(taken.error(), Text<96>("file of {} bytes: {}", *number, describe(taken.error())), {},
           TftpErrorCode::disk_full);
    return false;
}

/// False when it ended the transfer.
bool TftpTransfer::take_number(StrView name, StrView value, u16 smallest, u16 largest, u16& out) {
    const std::optional<u64> number = parse_number(value);
    if (number && *number >= smallest && *number <= largest) {
        out = static_cast<u16>(*number);
        return true;
    }
    refuse(Error::protocol,
           Text<96>("wants a {} of \"{}\" where {} was asked for", Printable<20>(name).view(),
                    Printable<20>(value).view(), largest),
           {}, TftpErrorCode::option_refused);
    return false;
}

void TftpTransfer::on_data(u16 block, const Parts& data, Instant now) {
    // Some servers go on with 1 after 65535, not with 0. In a window that is known only when it
    // comes a second time: first it looks as if 0 had been lost.
    const bool wraps_to_one = last_block_ == 0xffff && block == 1 && (window_ == 1 || gap_ != 0);
    const bool is_next = block == static_cast<u16>(last_block_ + 1) || wraps_to_one;
    if (phase_ == Phase::done || !is_next) return on_unexpected(block, now);
    phase_ = Phase::receiving;  // at once with block 1, from a server without options
    if (!take_data(data)) return;
    const bool last = data.size() < block_size_;
    if (last && total_ && received_ < *total_) {
        return refuse(Error::connection_closed,
                      Text<96>("server ended after {}", Progress{received_, total_}));
    }
    last_block_ = block;
    gap_ = 0;
    on_progress(now);
    if (++unacknowledged_ >= window_ || last) send(now);
    if (last && phase_ == Phase::receiving) finish();
}

/// Not the next block: an old one, or one after a gap. Each kind is answered once; if the answer is
/// lost, a timer on either side goes on (RFC 1123 section 4.2.3.1).
void TftpTransfer::on_unexpected(u16 block, Instant now) {
    if (block == last_block_) {
        // The server repeats the end of what we have acknowledged.
        const bool repeated = unacknowledged_ == 0 && (received_ > 0 || phase_ == Phase::done);
        if (repeated && now >= last_ack_at_ + kDuplicateQuiet) IGNORE_RESULT(send_ack(now));
        return;
    }
    const u16 ahead = static_cast<u16>(block - last_block_);
    if (phase_ != Phase::receiving || ahead > window_) return;
    // What follows a gap in the same window only grows; a smaller number begins the next try.
    const bool told = gap_ != 0 && ahead > gap_;
    gap_ = ahead;
    if (!told) IGNORE_RESULT(send_ack(now));
}

/// False when it ended the transfer.
bool TftpTransfer::take_data(const Parts& data) {
    if (data.size() > block_size_) {
        refuse(Error::protocol,
               Text<96>("sent {} bytes in a block of {}", data.size(), block_size_), {},
               TftpErrorCode::illegal_operation);
        return false;
    }
    received_ += data.size();
    if (total_ && received_ > *total_) {
        refuse(Error::protocol, Text<96>("sent more than the {} bytes it announced", *total_), {},
               TftpErrorCode::illegal_operation);
        return false;
    }
    if (data.empty()) return true;
    const Result<void> taken = sink_.on_data(data);
    if (taken.ok()) return true;
    refuse(taken.error(),
           Text<96>("after {}: {}", Progress{received_, total_}, describe(taken.error())), {},
           TftpErrorCode::disk_full);
    return false;
}

void TftpTransfer::finish() {
    if (received_ == 0 && !size_told_) {
        const Result<void> taken = sink_.on_size(0);
        if (!taken.ok()) return fail(taken.error(), describe(taken.error()));
    }
    phase_ = Phase::done;
    log::debug(log::kTftp, "{}: {} bytes", uri_, received_);
}

void TftpTransfer::on_error_packet(u16 code, const Parts& message, Instant now) {
    if (phase_ == Phase::done) return;
    if (phase_ == Phase::requesting && code == static_cast<u16>(TftpErrorCode::option_refused)) {
        if (options_ == Options::all) return request(Options::common, now);
        if (options_ == Options::common) return request(Options::none, now);
        return;  // an answer to another copy of the request
    }
    std::array<u8, 80> buffer;
    const StrView bytes = StrView::from(Bytes(buffer).first(message.copy_to(buffer)));
    const Printable<80> text(bytes.first(bytes.find('\0')));
    const ErrorMeaning meaning = meaning_of(code);
    fail(meaning.error, Text<96>("error {}{}{}", code, text.empty() ? "" : ": ", text.view()),
         meaning.hint);
}

void TftpTransfer::refuse(Error error, StrView cause, StrView hint, TftpErrorCode code) {
    if (peer_.port != 0) send_error(peer_, code, cause);
    fail(error, cause, hint);
}

void TftpTransfer::fail(Error error, StrView cause, StrView hint) {
    tell(failure_, error, "TFTP", uri_, peer_.port != 0 ? peer_ : server_, cause, hint);
    phase_ = Phase::failed;
    log::debug(log::kTftp, "{}: {}", uri_, cause);
}

}  // namespace kedge::proto
