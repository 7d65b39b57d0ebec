// Waiting, with the network kept alive and Ctrl-C obeyed.
#pragma once

#include "src/boot/session.h"

namespace kedge::boot {

/// One round of everything that must go on while a command waits. Tight: for transfers.
class Pump {
  public:
    explicit Pump(Session& session);

    /// Polls the network; returns the time of this round, which is also when it was read last.
    Instant step();
    /// Has Ctrl-C been pressed? Stays true.
    bool cancelled() const { return cancelled_; }
    /// Lets the processor rest a moment: only where no transfer runs.
    void rest(Instant now);

  private:
    Session& session_;
    bool cancelled_ = false;
};

/// Error::cancelled after Ctrl-C.
Result<void> sleep_for(Session& session, Duration duration);

/// Now and a time-out of a script: zero means for ever.
Instant deadline_after(const Session& session, Duration timeout);

/// The next key (Ctrl-C is one), or kNoKey when `deadline` has passed.
int wait_for_key(Session& session, Instant deadline);

}  // namespace kedge::boot
