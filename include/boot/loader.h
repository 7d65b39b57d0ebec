// PayloadLoader: starts one kind of image. Which kinds there are is the composition root's table.
#pragma once

#include "boot/image.h"

namespace kedge::boot {

/// What is to be started.
struct Launch {
    const Image& image;
    StrView command_line;                   // without the image's name
    std::span<const Image* const> initrds;  // every other image, in order of download
};

/// The composition root's part of the hand-over: called by a loader when all checks have passed and
/// nothing can fail any more.
class Handover {
  public:
    /// TCP connections are closed in order, within about a second; devices keep running. For
    /// payloads that are called as a function and may come back, before they are called.
    virtual void end_conversations() {}

    /// Orderly end: TCP connections closed, DHCP done, every device close()d, consoles flushed.
    virtual void close_all() = 0;

  protected:
    ~Handover() = default;
};

class PayloadLoader {
  public:
    /// "bzImage", "EFI": shown by imgstat.
    virtual StrView name() const = 0;
    /// By content, with a real signature check.
    virtual bool probe(Bytes data) const = 0;
    /// Does not come back when the payload takes the machine. Returns its success or failure when
    /// it came back, or the reason why it could not be started; then `why` has a sentence. Until
    /// Handover::close_all() is called the machine is unchanged.
    virtual Result<void> boot(const Launch& launch, Handover& handover, proto::Failure& why) = 0;

  protected:
    ~PayloadLoader() = default;
};

}  // namespace kedge::boot
