// Session: what the commands of one run share.
#pragma once

#include "boot/context.h"
#include "src/boot/dns_settings.h"
#include "src/boot/keyboard.h"
#include "src/boot/menu.h"
#include "src/boot/network.h"
#include "src/boot/parameters.h"
#include "src/boot/prefetch.h"
#include "src/boot/screen.h"
#include "src/boot/setting_pci.h"
#include "src/boot/setting_sources.h"
#include "src/boot/wall_clock.h"

namespace kedge::boot {

class Script;

/// What ends early because of goto and exit.
enum class Stop : u8 {
    none,
    line,      // goto: the rest of this line
    sequence,  // exit: the script or shell
};

class Session {
  public:
    explicit Session(Context& all);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Makes the settings blocks of machine and cards. Error::no_memory.
    Result<void> start();

    template <typename... Args>
    void print(StrView pattern, const Args&... args) const {
        format(static_cast<TextSink&>(context.console), pattern, args...);
    }

    Context& context;
    Settings settings;
    ImageStore images;
    Keyboard keyboard;
    DnsSettings dns;
    Network network;
    Menus menus;
    Palette palette;
    /// Where `echo -n` left the cursor on its row.
    size_t echo_column = 0;
    WallClock wall_clock;
    Parameters parameters;
    Prefetcher prefetch;

    /// Where relative names are resolved: the URI of the running script.
    String cwuri;
    /// ${errno}: of the last command that failed.
    Error last_error = Error::none;

    // Control flow, see script.h and execute.h.
    Script* script = nullptr;  // the innermost running one
    unsigned script_depth = 0;
    Stop stop = Stop::none;
    u32 exit_status = 0;           // of the last `exit`
    Image* replacement = nullptr;  // to be run instead of what ends now; in no list

  private:
    Result<void> store(const BuiltInSetting& setting);

    MachineSettings machine_[4];
    BuiltInSettings built_in_;
    PciSettings pci_;
};

}  // namespace kedge::boot
