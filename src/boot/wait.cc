#include "src/boot/wait.h"

#include "src/boot/syslog_setting.h"

namespace kedge::boot {
namespace {

/// Short enough to answer ARP and type without a lag.
constexpr Duration kRest = Duration::ms(1);

/// One round of everything that goes on by itself; the time it was done at.
Instant serve(Session& session) {
    Context& context = session.context;
    const Instant now = context.clock.now();
    context.stack.poll(now);
    context.fetcher.poll(now);
    session.network.poll(now);
    context.syslog.poll(now);
    session.prefetch.poll(now);
    return now;
}

}  // namespace

Pump::Pump(Session& session) : session_(session) { apply_syslog_setting(session); }

Instant Pump::step() {
    const Instant now = serve(session_);
    if (session_.keyboard.cancelled(now)) cancelled_ = true;
    return now;
}

void Pump::rest(Instant now) { session_.context.clock.relax(now + kRest); }

Result<void> sleep_for(Session& session, Duration duration) {
    Pump pump(session);
    Instant now = pump.step();
    const Instant end = now + duration;
    while (now < end) {
        if (pump.cancelled()) return Error::cancelled;
        pump.rest(now);
        now = pump.step();
    }
    return {};
}

Instant deadline_after(const Session& session, Duration timeout) {
    return timeout.us() == 0 ? Instant::never() : session.context.clock.now() + timeout;
}

int wait_for_key(Session& session, Instant deadline) {
    while (true) {
        const Instant now = serve(session);
        const int key = session.keyboard.read();
        if (key != platform::kNoKey || now >= deadline) return key;
        session.context.clock.relax(now + kRest);
    }
}

}  // namespace kedge::boot
