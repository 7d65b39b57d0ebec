// PxeStack: the PXE stack that loaded us. Preboot Execution Environment 2.1, sections 3 and 4.
#pragma once

#include "base/vector.h"
#include "prefix/bios/real_mode.h"

namespace kedge::bios {

class PxeStack {
  public:
    /// Looks for the stack if one called us.
    explicit PxeStack(RealMode& real);

    bool present() const { return real_.info().pxe_entry != 0; }

    /// Copies the packets by which we were loaded, before the stack goes.
    void keep_packets();
    /// The DHCPACK; empty if there is none.
    Bytes ack() const { return ack_.span(); }
    /// The answer of the boot server or ProxyDHCP server that named the file; empty if there is
    /// none.
    Bytes reply() const { return reply_.span(); }

    /// Makes it give the card up and go. Only for whoever drives the card then: afterwards the way
    /// back is INT 18h.
    void stop();

  private:
    /// False if it failed. The parameters are in the bounce buffer.
    bool call(u16 function);
    void keep(u16 type, Vector<u8>& packet);

    RealMode& real_;
    Vector<u8> ack_;
    Vector<u8> reply_;
};

}  // namespace kedge::bios
