// Commands about files, the machine and the network's health.
#include "network_fixture.h"

using namespace kedge;
using namespace kedge::boot;
using namespace kedge::boot::test;

TEST_CASE_METHOD(NetworkFixture, "ping") {
    REQUIRE(line("dhcp net0").ok());
    output();
    SECTION("every answer is a line") {
        first.echoes = 3;
        CHECK(line("ping --count 3 10.0.2.2").ok());
        const std::string printed = output();
        CHECK(printed.find("64 bytes from 10.0.2.2: seq=1 time=") != std::string::npos);
        CHECK(printed.find("64 bytes from 10.0.2.2: seq=3 time=") != std::string::npos);
        CHECK(printed.find("seq=4") == std::string::npos);
    }
    SECTION("one every --timeout; the last answer ends it") {
        first.echoes = 2;
        const Instant begin = fake.clock.peek();
        CHECK(line("ping -c 2 -t 3000 -s 100 -q 10.0.2.2").ok());
        CHECK((fake.clock.peek() - begin).ms() / 100 == 30);
        CHECK(output().empty());
    }
    SECTION("one answer of several is success") {
        first.echoes = 1;
        CHECK(line("ping -c 3 -t 10 10.0.2.2").ok());
        CHECK(fake.console.printed("from 10.0.2.2: seq=2: timed out\n"));
    }
    SECTION("no answer") {
        CHECK(line("ping -c 1 -t 10 10.0.2.2").error() == Error::timed_out);
        CHECK(fake.console.printed("from 10.0.2.2: seq=1: timed out\n"));
        CHECK_FALSE(line("ping -c 1 -t 10000 10.0.2.9").ok());  // ARP gives up
    }
    SECTION("no route") {
        REQUIRE(line("ifclose").ok());
        CHECK(line("ping -c 1 -t 10 10.0.2.2").error() == Error::network_unreachable);
        CHECK(fake.console.printed("seq=1: network unreachable"));
    }
    SECTION("without --count until Ctrl-C: success if there was an answer") {
        fake.console.type_key(kCtrlC, fake.clock.peek() + Duration::seconds(3));
        CHECK(line("ping 10.0.2.2").error() == Error::cancelled);
        first.echoes = 1;
        fake.console.type_key(kCtrlC, fake.clock.peek() + Duration::seconds(3));
        CHECK(line("ping 10.0.2.2").ok());
    }
    SECTION("what it does not understand") {
        CHECK(line("ping").error() == Error::invalid_argument);
        CHECK(line("ping --count many 10.0.2.2").error() == Error::invalid_argument);
        CHECK(line("ping --size 70000 10.0.2.2").error() == Error::too_large);
        CHECK(line("ping --count 1 nowhere.example").error() == Error::unknown_host);
    }
    SECTION("nstat shows who answered") {
        first.echoes = 1;
        REQUIRE(line("ping -q -c 1 10.0.2.2").ok());
        CHECK(line("nstat").ok());
        CHECK(output() == "net0: 10.0.2.2 is at 52:54:00:00:00:fe\n");
        CHECK(line("ipstat").ok());
        CHECK(fake.console.printed(" frames, "));
    }
}

TEST_CASE_METHOD(BootFixture, "digests of files") {
    fake.fetcher.files["http://h/abc"] = {.body = "abc"};
    fake.fetcher.files["http://h/empty"] = {.body = ""};
    CHECK(script("initrd -q http://h/abc\nmd5sum abc\nsha1sum abc\nsha256sum abc").ok());
    CHECK(output() ==
          "900150983cd24fb0d6963f7d28e17f72  abc\n"
          "a9993e364706816aba3e25717850c26c9cd0d89d  abc\n"
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  abc\n");
    CHECK(line("md5sum --set sum abc").ok());
    CHECK(output().empty());
    CHECK(get("sum") == "900150983cd24fb0d6963f7d28e17f72");
    CHECK(get("sum:hex").substr(0, 5) == "90:01");
    CHECK(line("sha1sum --set sum:base64 abc && iseq ${sum} qZk+NkcGgWq6PiVxeFDCbJzQ2J0=").ok());
    CHECK(script("iseq ${sum} ${sum} && md5sum http://h/empty").ok());
    CHECK(fake.console.printed("d41d8cd98f00b204e9800998ecf8427e  empty\n"));
    CHECK_FALSE(line("md5sum http://h/none").ok());
    CHECK(line("sha512sum abc").error() == Error::not_supported);
}

TEST_CASE_METHOD(BootFixture, "imgmem and imgset") {
    for (int i = 0; i < 64; ++i) fake.system.memory.push_back(static_cast<u8>('0' + i));
    CHECK(line("imgmem 2 4 && imgmem --name more 0x10 010").ok());
    CHECK(StrView::from(session.images.find("2")->data()) == "2345");
    CHECK(StrView::from(session.images.find("more")->data()) == "@ABCDEFG");
    CHECK(line("imgmem 60 5").error() == Error::invalid_argument);
    CHECK(line("imgmem 60 0").error() == Error::invalid_argument);
    CHECK(line("imgmem x 1").error() == Error::invalid_argument);
    CHECK(fake.image_memory.used() == 12);

    fake.fetcher.files["http://h/d/token"] = {.body = "secret"};
    CHECK(script("imgset --quiet net9/token token\nimgset --keep piece:hexraw 2").ok());
    CHECK(get("net9/token") == "secret");
    CHECK(get("piece") == "32333435");
    CHECK(session.images.find("token") == nullptr);
    CHECK(session.images.find("2") != nullptr);
    CHECK(line("imgset piece 2 && imgstat 2").error() == Error::not_found);
    CHECK_FALSE(line("imgset x http://h/none").ok());
}

TEST_CASE_METHOD(BootFixture, "time, sync, shim") {
    CHECK(line("time sleep 2").ok());
    CHECK(output().substr(0, 9) == "sleep: 2.");
    CHECK(line("time isset ${nothing}").error() == Error::command_failed);
    CHECK(line("time time echo -n x").ok());
    CHECK(fake.console.printed("xecho: 0.00s\ntime: 0.00s\n"));
    CHECK(line("time nosuch").error() == Error::command_not_found);
    CHECK(line("time").error() == Error::invalid_argument);
    CHECK(script("time goto on\n:on\necho here").ok());
    CHECK(line("sync && sync --timeout 100").ok());
    CHECK(line("shim --require-loader http://h/shimx64.efi && shim").ok());
    CHECK(session.images.images().empty());
}

TEST_CASE_METHOD(BootFixture, "what is not built says so and fails") {
    for (const char* command : {"sanboot --no-describe --drive 0x80", "certstat", "imgextract x",
                                "imgverify --signer ca x sig", "usbscan usb"}) {
        CAPTURE(command);
        CHECK(line(command).error() == Error::not_supported);
        CHECK(output().find(" is not built into this firmware\n") != std::string::npos);
    }
    CHECK(script("sanboot --drive 0x80 || echo fallback").ok());
    output();
    CHECK(line("help").ok());
    CHECK(output().find("sanboot") == std::string::npos);
}

TEST_CASE_METHOD(BootFixture, "cpuid") {
    CHECK(line("cpuid 4").ok());
    CHECK(line("cpuid 5").error() == Error::command_failed);
    CHECK(line("cpuid --ecx 30").ok());
    CHECK(line("cpuid --ext 29").ok());
    CHECK(line("cpuid -e -c 0").ok());
    CHECK(line("cpuid --ext 30").error() == Error::command_failed);
    CHECK(line("cpuid 32").error() == Error::invalid_argument);
}
