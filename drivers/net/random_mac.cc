#include "drivers/net/random_mac.h"

#include "arch/cpu.h"

namespace kedge {

net::MacAddress random_mac() {
    u64 seed = arch::tsc();
    u64 hardware = 0;
    if (arch::hardware_random(hardware)) seed ^= hardware;
    // Spreads the few bits of the counter that differ between machines over all of the word
    // (the finaliser of MurmurHash3).
    seed ^= seed >> 33;
    seed *= 0xff51afd7ed558ccd;
    seed ^= seed >> 33;
    net::MacAddress mac;
    for (size_t i = 0; i < mac.bytes.size(); ++i) mac.bytes[i] = static_cast<u8>(seed >> (8 * i));
    mac.bytes[0] = static_cast<u8>((mac.bytes[0] & 0xfc) | 0x02);
    return mac;
}

bool is_card_address(const net::MacAddress& mac) {
    return !mac.is_multicast() && !(mac == net::MacAddress());
}

}  // namespace kedge
