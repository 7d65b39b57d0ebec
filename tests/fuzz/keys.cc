// Keys: bytes of a serial line through the decoder into a line editor with completion, a menu, a
// form and the settings editor. Whatever is typed, nothing is shown that commands the terminal.
#include <cstdio>

#include "fakes/boot_context.h"
#include "fakes/terminal.h"
#include "src/boot/command_line.h"
#include "src/boot/commands.h"

using namespace kedge;

namespace {

/// Types the input; after it Ctrl-C for ever, so that every screen ends.
class Hand final : public platform::Console {
  public:
    explicit Hand(Bytes input) : input_(input) {}

    void put(StrView) override {}
    int read_key() override {
        return at_ < input_.size() ? decoder_.feed(input_[at_++]) : boot::kCtrlC;
    }

  private:
    Bytes input_;
    size_t at_ = 0;
    platform::KeyDecoder decoder_;
};

constexpr const char* kScreens[] = {
    "read a",
    "menu ${a} ; item --key ${a} ${a} ${a} ; item --gap ${a} ; item b B ; choose --timeout 1000 c",
    "form F ; item a A ; item --secret b:hex B ; present",
    "config",
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, size_t size) {
    if (size > 4096) return 0;
    fakes::BootContext fake;
    fakes::Terminal terminal;
    Hand hand({data, size});
    fake.group.add(terminal);
    fake.group.add(hand);
    boot::Context context = fake.make();
    boot::Session session(context);
    if (!session.start().ok()) return 0;
    // The text itself is foreign, too.
    IGNORE_RESULT(session.settings.set("a", StrView::from({data, size})));
    for (const char* screen : kScreens) IGNORE_RESULT(run_commands(session, screen));
    for (const std::string& what : terminal.refused) std::fprintf(stderr, "%s\n", what.c_str());
    if (!terminal.refused.empty()) __builtin_trap();
    return 0;
}
