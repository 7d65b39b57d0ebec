#include "net/wire/ntp.h"

namespace kedge::net::wire {

namespace {

constexpr u8 kVersion = 4;
constexpr u8 kClient = 3;
constexpr size_t kTransmitAt = 40;
constexpr u64 k1970 = 2'208'988'800;  // in seconds since 1900

}  // namespace

std::optional<NtpPacket> NtpPacket::parse(Bytes packet) {
    Reader in(packet);
    NtpPacket out;
    const u8 first = in.u8_();
    out.leap = first >> 6;
    out.version = first >> 3 & 7;
    out.mode = first & 7;
    out.stratum = in.u8_();
    in.skip(10);
    out.reference = in.array<4>();
    in.skip(8);
    out.originate = in.be64_();
    out.receive = in.be64_();
    out.transmit = in.be64_();
    if (!in.ok()) return std::nullopt;
    return out;
}

std::array<u8, kNtpPacketSize> emit_ntp_query(u64 transmit) {
    std::array<u8, kNtpPacketSize> out{};
    out[0] = kVersion << 3 | kClient;
    store_be<u64>(MutableBytes(out).subspan(kTransmitAt), transmit);
    return out;
}

u64 ntp_to_unix_us(u64 timestamp) {
    u64 seconds = timestamp >> 32;
    if (seconds < u64{1} << 31) seconds += u64{1} << 32;
    const u64 fraction = (timestamp & 0xffffffff) * 1'000'000 >> 32;
    return (seconds - k1970) * 1'000'000 + fraction;
}

}  // namespace kedge::net::wire
