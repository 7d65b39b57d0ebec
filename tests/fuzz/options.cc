// A line of commands taken apart: words, operators, options.
#include "src/boot/options.h"
#include "src/boot/command_line.h"

using namespace kedge;

namespace {

class Taker final : public boot::CommandRunner {
  public:
    Result<void> run_command(std::span<const String> words) override {
        static constexpr boot::OptionSpec kSpecs[] = {
            {"name", 'n', true}, {"timeout", 't', true}, {"quiet", 'q', false}};
        boot::Invocation call;
        if (!call.parse(words, kSpecs).ok()) return Error::invalid_argument;
        if (call.count() >= words.size()) __builtin_trap();
        IGNORE_RESULT(call.milliseconds("timeout"));
        return call.has("quiet") ? Error::command_failed : Error::none;
    }
    bool stopped() const override { return ++commands_ > 1000; }

  private:
    mutable int commands_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    boot::Settings settings;
    IGNORE_RESULT(settings.set("a", "-n --quiet"));
    Taker taker;
    IGNORE_RESULT(boot::run_line({reinterpret_cast<const char*>(data), size}, settings, taker));
    return 0;
}
