#include "boot_fixture.h"

using namespace kedge;
using namespace kedge::boot;
using namespace kedge::boot::test;

namespace {

struct KernelFixture : BootFixture {
    KernelFixture() {
        fake.fetcher.files["http://h/d/vmlinuz"] = {.body = "KERNEL"};
        fake.fetcher.files["http://h/d/other"] = {.body = "KERNEL"};
        fake.fetcher.files["http://h/d/initrd.gz"] = {.body = "initrd"};
        fake.fetcher.files["http://h/d/extra"] = {.body = "extra"};
        fake.fetcher.files["http://h/d/s.ipxe"] = {.body = "#!ipxe\necho s\n"};
    }
};

}  // namespace

TEST_CASE_METHOD(KernelFixture, "boot: kernel, initrds and arguments") {
    CHECK(script("kernel -q vmlinuz root=/dev/x  --quiet\n"
                 "initrd -q initrd.gz\n"
                 "initrd -q --name two extra /two\n"
                 "chain -q s.ipxe\n"
                 "boot")
              .ok());
    REQUIRE(fake.loader.starts.size() == 1);
    const auto& start = fake.loader.starts[0];
    CHECK(start.image == "vmlinuz");
    CHECK(start.command_line == "root=/dev/x --quiet");
    // Neither the running script nor the one that stayed in the store.
    CHECK(start.initrds == std::vector<std::string>{"initrd.gz", "two"});
    CHECK(fake.handover.calls == 1);
}

TEST_CASE_METHOD(KernelFixture, "boot: by name, by URI, with other arguments") {
    CHECK(script("kernel -q vmlinuz a b\nkernel -q other c\nboot vmlinuz").ok());
    CHECK(fake.loader.starts.back().image == "vmlinuz");
    CHECK(fake.loader.starts.back().command_line == "a b");
    CHECK(script("boot vmlinuz x").ok());
    CHECK(fake.loader.starts.back().command_line == "x");
    CHECK(script("imgargs vmlinuz y z\nboot vmlinuz").ok());
    CHECK(fake.loader.starts.back().command_line == "y z");
    CHECK(script("imgargs vmlinuz\nboot vmlinuz").ok());
    CHECK(fake.loader.starts.back().command_line == "");
    CHECK(script("boot").ok());
    CHECK(fake.loader.starts.back().image == "other");  // the one selected last
    CHECK(script("imgfree\nboot -q vmlinuz d").ok());
    CHECK(fake.loader.starts.back().command_line == "d");
}

TEST_CASE_METHOD(KernelFixture, "boot: failures") {
    SECTION("nothing selected") {
        CHECK(line("boot").error() == Error::not_found);
        CHECK(fake.console.printed("boot: no image is selected"));
    }
    SECTION("not a kernel") {
        CHECK(script("kernel -q extra").error() == Error::bad_format);
        CHECK(script("boot -q extra").error() == Error::bad_format);
        CHECK(fake.loader.starts.empty());
    }
    SECTION("the loader refuses") {
        fake.loader.refusal = Error::not_supported;
        CHECK(script("boot -q vmlinuz || echo on").ok());
        CHECK(output() == "fake kernel: too old\non\n");
        CHECK(fake.handover.calls == 0);
    }
    SECTION("the payload comes back with failure") {
        fake.loader.result = Error::exec_failed;
        CHECK(script("boot -q vmlinuz || echo ${errno}").ok());
        CHECK(fake.console.printed("0x15\n"));
    }
    SECTION("--autofree after a failure too") {
        fake.loader.result = Error::exec_failed;
        CHECK_FALSE(script("boot -q --autofree vmlinuz").ok());
        CHECK(session.images.images().empty());
    }
}

TEST_CASE_METHOD(KernelFixture, "imgstat and imgfree") {
    CHECK(script("kernel -q vmlinuz a b\ninitrd -q --autofree initrd.gz\nchain -q s.ipxe\n"
                 "imgstat")
              .ok());
    CHECK(output() ==
          "s\n"
          "vmlinuz : 6 bytes [fake kernel] [SELECTED] \"a b\"\n"
          "initrd.gz : 6 bytes [data] [AUTOFREE]\n"
          "s.ipxe : 14 bytes [script]\n");
    CHECK(line("imgfree initrd.gz").ok());
    CHECK(line("imgstat initrd.gz").error() == Error::not_found);
    CHECK(line("imgfree nosuch").error() == Error::not_found);
    CHECK(line("imgfree").ok());
    CHECK(fake.image_memory.used() == 0);
    CHECK(line("boot").error() == Error::not_found);
}
