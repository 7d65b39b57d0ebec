// A whole script from the network, run over fakes: no network card, no files to fetch.
#include "fakes/boot_context.h"
#include "src/boot/execute.h"

using namespace kedge;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    fakes::BootContext fake;
    fake.fetcher.files["http://h/a"] = {.body = "#!ipxe\ninc depth\nchain b ||\n"};
    fake.fetcher.files["http://h/b"] = {.body = "KERNEL"};
    // A script may wait and loop for ever; Ctrl-C is what ends it.
    const Instant begin = fake.clock.peek();
    for (int i = 0; i < 100; ++i) {
        fake.console.type_key(boot::kCtrlC, begin + Duration::seconds(2 + i));
    }
    boot::Context context = fake.make();
    boot::Session session(context);
    if (!session.start().ok()) return 0;
    const std::string magic = "#!ipxe\n";
    Result<boot::Image*> image = session.images.create();
    if (!image.ok() || !(*image)->set_uri("http://h/main").ok()) return 0;
    if (!(*image)->assign(StrView(magic.data(), magic.size()).bytes()).ok()) return 0;
    if (!(*image)->on_data(Parts(Bytes(data, size))).ok()) return 0;
    (*image)->auto_free = true;
    try {
        IGNORE_RESULT(boot::execute(session, **image));
    } catch (const std::logic_error&) {
        // The fake clock gives up after hours: only a person would have ended that.
    }
    return 0;
}
