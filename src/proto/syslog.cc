#include "proto/syslog.h"

#include "src/proto/identity.h"

namespace kedge::proto {

namespace {

constexpr u16 kSyslogPort = 514;
// RFC 3164 section 4.1.1: facility user, severity informational.
constexpr unsigned kPriority = 1 * 8 + 6;
// Lines of a busy boot may not push out of the card's and ARP's queues what the boot needs.
constexpr Duration kSpacing = Duration::ms(5);
constexpr Duration kAfterFailure = Duration::seconds(2);

}  // namespace

void SyslogSender::set_server(net::Ipv4Address server) {
    if (server == server_) return;
    server_ = server;
    line_.clear();
    count_ = 0;
}

void SyslogSender::set_host_name(StrView name) {
    host_name_.clear();
    for (const char c : name) {
        if (c > ' ' && c <= '~') host_name_.put({&c, 1});
    }
}

void SyslogSender::put(StrView text) {
    // What the network's own code prints about our lines would never end.
    if (server_.is_any() || sending_) return;
    for (const char c : text) take(c);
}

void SyslogSender::take(char c) {
    if (in_escape_) {
        // ECMA-48: parameters, and a final byte.
        in_escape_ = c == '[' || (c >= ' ' && c < '@');
        return;
    }
    if (c == '\x1b') {
        in_escape_ = true;
        return;
    }
    if (c == '\r' || c == '\n') {
        if (c == '\n') end_line();
        returned_ = c == '\r';
        return;
    }
    if (std::exchange(returned_, false)) line_.clear();
    if (c == '\b') c = ' ';
    if (static_cast<u8>(c) >= ' ') line_.put({&c, 1});
}

void SyslogSender::end_line() {
    const StrView text = line_.view().trimmed();
    if (!text.empty() && count_ < kLines) {
        Text<kLineSize>& slot = lines_[(first_ + count_++) % kLines];
        slot.clear();
        slot.put(text);
    }
    line_.clear();
}

bool SyslogSender::send_oldest() {
    Text<kLineSize + 96> message;
    // Without a time: the server knows it better (RFC 3164 section 4.3.3).
    format(message, "<{}>{}{}{}: {}", kPriority, host_name_.view(), host_name_.empty() ? "" : " ",
           kSyslogTag, lines_[first_].view());
    sending_ = true;
    const Result<void> sent = port_.send_to({server_, kSyslogPort}, message.view().bytes());
    sending_ = false;
    if (sent.error() == Error::busy) return false;
    first_ = (first_ + 1) % kLines;
    --count_;
    return sent.ok();
}

void SyslogSender::poll(Instant now) {
    if (count_ == 0 || now < next_at_) return;
    next_at_ = now + (send_oldest() ? kSpacing : kAfterFailure);
}

void SyslogSender::flush() {
    while (count_ != 0 && send_oldest()) {
    }
}

Syslog::Syslog(net::Stack& stack, platform::ConsoleGroup& consoles)
    : consoles_(consoles), socket_(stack, *this), sender_(socket_) {
    consoles_.add(sender_);
}

void Syslog::set_server(net::Ipv4Address server) {
    // Without a port nothing can be sent; then nothing is.
    if (!server.is_any() && !socket_.linked() && !socket_.bind().ok()) return;
    sender_.set_server(server);
}

}  // namespace kedge::proto
