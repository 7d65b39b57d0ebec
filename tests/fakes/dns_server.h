// DNS messages as a server would write them, right or wrong.
#pragma once

#include <string>

#include "fakes/transport.h"
#include "net/wire/dns.h"

namespace kedge::fakes {

class DnsReply {
  public:
    /// RFC 1035 section 4.1: an answer, recursion available, to a question for `type`.
    DnsReply(u16 id, const std::string& question, u16 type = 1) {
        bytes_ = word(id) + word(0x8180) + word(1) + word(0) + word(0) + word(0) + name(question) +
                 word(type) + word(1);
    }

    DnsReply& flags(u16 all) {
        bytes_.replace(2, 2, word(all));
        return *this;
    }
    DnsReply& code(u8 value) { return flags(0x8180 | value); }
    DnsReply& truncated() { return flags(0x8380); }

    DnsReply& a(const std::string& owner, const char* address, u32 ttl = 60) {
        const net::Ipv4Address parsed = *net::Ipv4Address::parse(address);
        return record(owner, 1, 1, ttl, word(parsed.value >> 16) + word(parsed.value & 0xffff));
    }
    DnsReply& cname(const std::string& owner, const std::string& target, u32 ttl = 60) {
        return record(owner, 5, 1, ttl, name(target));
    }
    DnsReply& record(const std::string& owner, u16 type, u16 dns_class, u32 ttl,
                     const std::string& data) {
        bytes_ += name(owner) + word(type) + word(dns_class) + word(ttl >> 16) +
                  word(ttl & 0xffff) + word(data.size()) + data;
        bytes_.replace(6, 2, word(++answers_));
        return *this;
    }

    const std::string& bytes() const { return bytes_; }

    static std::string word(u64 value) {
        return {static_cast<char>(value >> 8), static_cast<char>(value)};
    }
    static std::string name(const std::string& text) {
        return as_text(net::wire::DnsName::parse({text.data(), text.size()}).value().bytes());
    }

  private:
    std::string bytes_;
    unsigned answers_ = 0;
};

/// What a question asks for.
struct DnsQuestion {
    u16 id = 0;
    std::string name;

    static DnsQuestion of(const std::string& message) {
        DnsQuestion question;
        question.id = load_be<u16>(as_bytes(message));
        size_t at = net::wire::kDnsHeaderSize;
        Text<256> text;
        net::wire::DnsName name;
        if (name.decode(as_bytes(message), at)) format(text, "{}", name);
        question.name = {text.view().data(), text.size()};
        return question;
    }
};

}  // namespace kedge::fakes
