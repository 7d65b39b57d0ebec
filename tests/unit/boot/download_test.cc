#include "src/boot/download.h"

#include "boot_fixture.h"
#include "src/boot/progress.h"

using namespace kedge;
using namespace kedge::boot;
using namespace kedge::boot::test;

namespace {

std::string resolved(Session& session, const std::string& name) {
    const Result<proto::Uri> uri = resolve_uri(session, view(name));
    return uri.ok() ? text(uri->text()) : "<error>";
}

std::string boot_file(const std::string& name, net::Ipv4Address server) {
    const Result<proto::Uri> uri = boot_file_uri(view(name), server);
    return uri.ok() ? text(uri->text()) : "<error>";
}

}  // namespace

TEST_CASE_METHOD(BootFixture, "names: relative to the script, else to next-server") {
    CHECK(resolved(session, "http://h/x") == "http://h/x");
    CHECK(resolved(session, "http://h/a b?serial=VM 1") == "http://h/a%20b?serial=VM%201");
    CHECK(resolved(session, "http://h/100%25") == "http://h/100%25");
    CHECK(resolved(session, "x.ipxe") == "<error>");
    CHECK(fake.console.printed("x.ipxe: neither an image nor a URI"));

    REQUIRE(session.settings.set("next-server", "192.0.2.9").ok());
    CHECK(resolved(session, "x.ipxe") == "tftp://192.0.2.9/x.ipxe");

    REQUIRE(session.cwuri.assign("http://h/d/a.ipxe?q=1").ok());
    CHECK(resolved(session, "b") == "http://h/d/b");
    CHECK(resolved(session, "/b") == "http://h/b");
    CHECK(resolved(session, "../b") == "http://h/b");
    CHECK(resolved(session, "b?x=${y}") == "http://h/d/b?x=$%7By%7D");
    CHECK(resolved(session, "ftp://other/b") == "ftp://other/b");
}

TEST_CASE("names: file names of DHCP") {
    const auto server = net::Ipv4Address::of(192, 0, 2, 9);
    CHECK(boot_file("boot/x.ipxe", server) == "tftp://192.0.2.9/boot/x.ipxe");
    CHECK(boot_file("/srv/x", server) == "tftp://192.0.2.9//srv/x");
    CHECK(boot_file("http://h/x y", server) == "http://h/x%20y");
    CHECK(boot_file("http://h/x", {}) == "http://h/x");
    CHECK(boot_file("x", {}) == "<error>");
    // Not decoded: each byte arrives at the server as it is.
    CHECK(boot_file("100%25 x?y#z", server) == "tftp://192.0.2.9/100%2525%20x%3Fy%23z");
    CHECK(boot_file("C:\\x", server) == "tftp://192.0.2.9/C:%5Cx");
    CHECK(boot_file("http:x", server) == "tftp://192.0.2.9/http:x");
}

TEST_CASE_METHOD(BootFixture, "download: into the image, with one line about it") {
    fake.fetcher.files["http://h/a/vmlinuz?x=1"] = {.body = std::string(8'100'000, 'k'),
                                                    .chunk = 65536};
    fake.clock.tick = Duration::us(3000);
    CHECK(line("initrd http://h/a/vmlinuz?x=1").ok());
    const Image* image = session.images.find("vmlinuz");
    REQUIRE(image != nullptr);
    CHECK(image->data().size() == 8'100'000);
    CHECK(image->uri() == "http://h/a/vmlinuz?x=1");
    const std::string printed = output();
    CHECK(printed.find("http://h/a/vmlinuz?x=1 ") == printed.find("\rhttp://") + 1);
    CHECK(printed.find(" % ") != std::string::npos);
    CHECK(printed.find("http://h/a/vmlinuz?x=1: 8.1 MB in 0.3 s, 2") != std::string::npos);
    CHECK(printed.back() == '\n');
}

TEST_CASE_METHOD(BootFixture, "download: names, redirects, quiet") {
    fake.fetcher.files["http://h/a%20b"] = {.body = "x", .announce = false};
    fake.fetcher.files["http://h/r"] = {.body = "#!ipxe\necho ${cwuri}\nchain -q n\n",
                                        .final_uri = "http://other/dir/r2"};
    fake.fetcher.files["http://other/dir/n"] = {.body = "#!ipxe\necho there\n"};
    CHECK(line("initrd --quiet http://h/a%20b").ok());
    CHECK(output() == "");
    CHECK(session.images.find("a b") != nullptr);
    CHECK(line("initrd -q --name other http://h/a%20b /etc/x mode=755").ok());
    REQUIRE(session.images.find("other") != nullptr);
    CHECK(session.images.find("other")->arguments() == "/etc/x mode=755");
    CHECK(line("chain -q http://h/r").ok());
    CHECK(output() == "http://other/dir/r2\nthere\n");
}

TEST_CASE_METHOD(BootFixture, "download: failures leave one sentence and no image") {
    SECTION("not there") {
        CHECK(line("initrd http://h/missing").error() == Error::not_found);
        CHECK(output() == "GET http://h/missing: 404 Not Found\n");
    }
    SECTION("a scheme nobody knows") {
        CHECK(line("initrd gopher://h/x").error() == Error::not_supported);
        CHECK(output() ==
              "gopher://h/x: \"gopher\" is not supported (this image knows http, tftp)\n");
    }
    SECTION("no URI at all") {
        CHECK(line("initrd http://h:port/x").error() == Error::bad_format);
        CHECK(fake.console.printed("not a valid URI"));
    }
    SECTION("breaks off in the middle") {
        fake.fetcher.files["http://h/x"] = {
            .body = "half", .failure = Error::connection_reset, .cause = "connection reset"};
        CHECK(line("initrd http://h/x").error() == Error::connection_reset);
        CHECK(fake.console.printed("connection reset"));
    }
    SECTION("no memory") {
        fake.image_memory.limit = 1000;
        fake.fetcher.files["http://h/x"] = {.body = std::string(900'000'000 / 1000, 'x')};
        CHECK(line("initrd http://h/x").error() == Error::no_memory);
        CHECK(fake.console.printed("http://h/x: 900.0 kB do not fit into the memory"));
    }
    SECTION("Ctrl-C") {
        fake.fetcher.files["http://h/x"] = {.body = "some", .stall = true};
        fake.console.type_key(kCtrlC, fake.clock.peek() + Duration::seconds(3));
        CHECK(line("initrd http://h/x").error() == Error::cancelled);
        CHECK(fake.fetcher.cancelled);
        CHECK(fake.console.printed("http://h/x: cancelled\n"));
    }
    SECTION("--timeout is for the whole transfer") {
        fake.fetcher.files["http://h/x"] = {.body = "some", .stall = true};
        const Instant begin = fake.clock.peek();
        CHECK(line("initrd --timeout 1500 http://h/x").error() == Error::timed_out);
        CHECK((fake.clock.peek() - begin).ms() / 100 == 15);
        CHECK(fake.fetcher.cancelled);
        CHECK(line("initrd --timeout soon http://h/x").error() == Error::invalid_argument);
    }
    CHECK(session.images.images().empty());
    CHECK(fake.image_memory.used() == 0);
}

TEST_CASE_METHOD(BootFixture, "download: a stalled transfer prints its line once") {
    fake.fetcher.files["http://h/x"] = {.body = "", .announce = false, .stall = true};
    fake.clock.tick = Duration::us(100);
    CHECK(line("initrd --timeout 10000 http://h/x").error() == Error::timed_out);
    CHECK(fake.console.puts < 12);
    // Keys are looked at every 20 ms, not in each of the 100000 rounds.
    CHECK(fake.console.reads < 600);
}

TEST_CASE("progress") {
    fakes::Console console;
    const Instant begin = Instant::from_us(0);
    Progress progress(console, "http://h/f", begin);
    progress.update(begin + Duration::ms(100), 1, 100);
    CHECK(console.output.empty());
    progress.update(begin + Duration::ms(1000), 4'500'000, 10'000'000);
    CHECK(console.take() == "\rhttp://h/f 45 % 4.5 MB/s");
    progress.update(begin + Duration::ms(1100), 5'000'000, 10'000'000);
    CHECK(console.take().empty());
    progress.update(begin + Duration::ms(2000), 9'000'000, 10'000'000);
    CHECK(console.take() == "\rhttp://h/f 90 % 4.5 MB/s");
    progress.done(begin + Duration::ms(2500), 10'000'000);
    CHECK(console.take() == "\r                        \rhttp://h/f: 10.0 MB in 2.5 s, 4.0 MB/s\n");
    Progress small(console, "http://h/f", begin);
    small.done(begin + Duration::ms(3), 478);
    CHECK(console.take() == "http://h/f: 478 B in 3 ms\n");
    CHECK(text(Text<20>("{}", Size{999})) == "999 B");
    CHECK(text(Text<20>("{}", Size{1234})) == "1.2 kB");

    const std::string longest = "http://h/" + std::string(300, 'x') + "/end";
    Progress cut(console, view(longest), begin);
    cut.update(begin + Duration::seconds(1), 5, 0);
    CHECK(console.output.size() < 85);
    CHECK(console.output.find("/end 5 B 0.0 MB/s") != std::string::npos);
}
