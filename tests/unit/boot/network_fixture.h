// A session with two cards: net0 is `first`, net1 is `second`.
#pragma once

#include "boot_fixture.h"
#include "fakes/dhcp_network.h"

namespace kedge::boot::test {

struct TwoCards {
    TwoCards() { fake.interfaces = {&interface_0, &interface_1}; }

    fakes::BootContext fake;
    fakes::DhcpNetDevice first{fake.clock, 16};
    fakes::DhcpNetDevice second{fake.clock, 17};
    net::Interface interface_0{"net0", first};
    net::Interface interface_1{"net1", second};
};

struct NetworkFixture : TwoCards, SessionFixture {
    NetworkFixture() : SessionFixture(TwoCards::fake) {}
    using TwoCards::fake;
};

}  // namespace kedge::boot::test
