#include "net/wire/dns.h"

namespace kedge::net::wire {

namespace {

constexpr u16 kResponse = 0x8000;
constexpr u16 kOpcodes = 0x7800;
constexpr u16 kAuthoritative = 0x0400;
constexpr u16 kTruncated = 0x0200;
constexpr u16 kRecursionDesired = 0x0100;
constexpr u16 kRecursionAvailable = 0x0080;
constexpr u16 kCodes = 0x000f;

constexpr u16 kTypeA = 1;
constexpr u16 kTypeCname = 5;
constexpr u16 kClassInternet = 1;

constexpr u8 kPointer = 0xc0;
constexpr size_t kRecordHeader = 10;

u8 lower(u8 byte) { return static_cast<u8>(to_lower(static_cast<char>(byte))); }

/// One record of the answer section.
struct Record {
    DnsName owner;
    u16 type = 0;
    u16 dns_class = 0;
    u32 ttl = 0;
    size_t data_at = 0;
    size_t data_size = 0;

    /// Moves `at` behind it; false if it is broken.
    bool read(Bytes message, size_t& at) {
        if (!owner.decode(message, at)) return false;
        Reader in(message.subspan(at));
        type = in.be16_();
        dns_class = in.be16_();
        ttl = in.be32_();
        data_size = in.be16_();
        data_at = at + kRecordHeader;
        in.skip(data_size);
        at = data_at + data_size;
        // RFC 2181 section 8: the highest bit set means zero.
        if (ttl > INT32_MAX) ttl = 0;
        return in.ok();
    }
};

/// What one pass over the answer section found.
enum class Pass : u8 { broken, nothing, addresses, alias };

/// Takes addresses of answer.canonical, or else moves that on to its alias.
Pass read_answers(Bytes message, size_t at, u16 count, DnsAnswer& answer) {
    Record record;
    size_t alias_at = 0;
    size_t alias_end = 0;
    u32 alias_ttl = 0;
    for (u16 i = 0; i < count; ++i) {
        // A truncated answer may end anywhere.
        if (!record.read(message, at)) {
            if (answer.truncated) break;
            return Pass::broken;
        }
        if (record.dns_class != kClassInternet || !(record.owner == answer.canonical)) continue;
        if (record.type == kTypeCname && alias_at == 0) {
            alias_at = record.data_at;
            alias_end = at;
            alias_ttl = record.ttl;
        }
        if (record.type != kTypeA) continue;
        if (record.data_size != 4) return Pass::broken;
        DnsAddresses& found = answer.found;
        if (found.count == found.list.size()) continue;
        found.list[found.count++] = {load_be<u32>(message.subspan(record.data_at))};
        answer.ttl = min(answer.ttl, record.ttl);
    }
    if (answer.found.count != 0) return Pass::addresses;
    if (alias_at == 0) return Pass::nothing;
    if (!answer.canonical.decode(message, alias_at) || alias_at != alias_end) return Pass::broken;
    answer.ttl = min(answer.ttl, alias_ttl);
    ++answer.aliases;
    return Pass::alias;
}

}  // namespace

bool DnsName::append_label(Bytes label) {
    if (label.empty() || label.size() > kLargestLabel) return false;
    if (size_ + label.size() + 1 > kLargest) return false;
    bytes_[size_ - 1u] = static_cast<u8>(label.size());
    copy_bytes(MutableBytes(bytes_).subspan(size_), label);
    size_ = static_cast<u8>(size_ + label.size() + 1);
    bytes_[size_ - 1u] = 0;
    return true;
}

Result<DnsName> DnsName::parse(StrView text) {
    for (char c : text) {
        if (c <= ' ' || c > '~') return Error::invalid_argument;
    }
    DnsName name;
    while (!text.empty()) {
        const size_t dot = text.find('.');
        if (!name.append_label(text.first(dot).bytes())) return Error::invalid_argument;
        text = dot == StrView::npos ? StrView() : text.substr(dot + 1);
    }
    return name;
}

bool DnsName::decode(Bytes message, size_t& at) {
    *this = {};
    size_t from = at;
    size_t limit = message.size();  // what the next pointer must stay below
    bool followed = false;
    while (true) {
        if (from >= message.size()) return false;
        const u8 length = message[from];
        if (length >= kPointer) {
            if (from + 1 >= message.size()) return false;
            const size_t target = static_cast<size_t>(length & ~kPointer) << 8 | message[from + 1];
            if (!followed) at = from + 2;
            followed = true;
            if (target >= min(limit, from)) return false;
            limit = from = target;
            continue;
        }
        if (length == 0) break;
        if (message.size() - from <= length) return false;
        if (!append_label(message.subspan(from + 1, length))) return false;
        from += 1u + length;
    }
    if (!followed) at = from + 1;
    return true;
}

Result<DnsName> DnsName::within(const DnsName& suffix) const {
    if (size_ - 1u + suffix.size_ > kLargest) return Error::too_large;
    DnsName joined = *this;
    copy_bytes(MutableBytes(joined.bytes_).subspan(size_ - 1u), suffix.bytes());
    joined.size_ = static_cast<u8>(size_ - 1u + suffix.size_);
    return joined;
}

bool DnsName::operator==(const DnsName& other) const {
    if (size_ != other.size_) return false;
    // Lengths are below 64 and so no letters.
    for (size_t i = 0; i < size_; ++i) {
        if (lower(bytes_[i]) != lower(other.bytes_[i])) return false;
    }
    return true;
}

void format_to(TextSink& sink, const DnsName& name) {
    Bytes rest = name.bytes();
    while (rest.size() > 1) {
        const size_t length = rest[0];
        for (const u8 byte : rest.subspan(1, length)) {
            const char shown = byte > ' ' && byte <= '~' ? static_cast<char>(byte) : '?';
            sink.put({&shown, 1});
        }
        rest = rest.subspan(1 + length);
        if (rest.size() > 1) sink.put(".");
    }
}

Bytes emit_dns_query(std::array<u8, kDnsLargestQuery>& out, u16 id, const DnsName& name) {
    Writer writer(out);
    writer.be16_(id);
    writer.be16_(kRecursionDesired);
    writer.be16_(1);
    writer.zeros(6);
    writer.bytes(name.bytes());
    writer.be16_(kTypeA);
    writer.be16_(kClassInternet);
    return writer.written();
}

Result<DnsAnswer> DnsAnswer::read(Bytes message, u16 id, const DnsName& question) {
    Reader in(message);
    const bool same_id = in.be16_() == id;
    const u16 flags = in.be16_();
    const u16 questions = in.be16_();
    const u16 answers = in.be16_();
    in.skip(4);
    if (!in.ok() || !same_id || (flags & kResponse) == 0 || (flags & kOpcodes) != 0) {
        return Error::not_found;
    }
    DnsAnswer answer;
    answer.code = static_cast<DnsCode>(flags & kCodes);
    answer.truncated = (flags & kTruncated) != 0;
    answer.canonical = question;
    answer.ttl = INT32_MAX;

    // Servers that cannot read a question may not repeat it.
    const bool about_names = answer.code == DnsCode::none || answer.code == DnsCode::no_such_name;
    if (questions == 0 && !about_names) return answer;
    if (questions != 1) return Error::not_found;
    size_t at = kDnsHeaderSize;
    DnsName asked;
    if (!asked.decode(message, at) || !(asked == question)) return Error::not_found;
    Reader rest(message.subspan(at));
    if (rest.be16_() != kTypeA || rest.be16_() != kClassInternet) return Error::not_found;
    at += 4;
    if (!about_names) return answer;
    Pass pass = Pass::alias;
    while (pass == Pass::alias) {
        if (answer.aliases > kMostAliases) return Error::too_large;
        pass = read_answers(message, at, answers, answer);
    }
    if (pass == Pass::broken) return Error::bad_format;
    // A server that only knows others to ask is as good as one that refuses.
    const bool knows = (flags & (kAuthoritative | kRecursionAvailable)) != 0;
    if (!knows && answer.code == DnsCode::none && answers == 0) answer.code = DnsCode::refused;
    return answer;
}

}  // namespace kedge::net::wire
