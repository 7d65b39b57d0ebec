// For a card that has no address of its own.
#pragma once

#include "net/address.h"

namespace kedge {

/// A locally administered unicast address that two machines hardly share.
net::MacAddress random_mac();

/// Can a card have this address? Not if it is a group's, or all zero.
bool is_card_address(const net::MacAddress& mac);

}  // namespace kedge
