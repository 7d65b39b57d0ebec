// data: and file: URIs.
#include "proto/local.h"

#include <catch2/catch.hpp>

#include "fakes/body_sink.h"

using namespace kedge;
using namespace kedge::proto;

namespace {

std::string data(const std::string& uri) {
    fakes::BodySink sink;
    const Result<Uri> parsed = Uri::parse({uri.data(), uri.size()});
    REQUIRE(parsed.ok());
    const Unique<Transfer> transfer = *data_get(*parsed, sink);
    CHECK(transfer->final_uri() == StrView(uri.data(), uri.size()));
    if (transfer->state() == Transfer::State::failed)
        return "<" + fakes::sentence(transfer->failure()) + ">";
    CHECK(sink.size == sink.body.size());
    return sink.body;
}

struct Disk final : FileSource {
    Result<void> read(StrView path, BodySink& sink) override {
        asked = {path.data(), path.size()};
        TRY(result);
        return sink.on_data(Parts(path.bytes()));
    }
    std::string asked;
    Result<void> result;
};

}  // namespace

TEST_CASE("data: URIs hold their bytes") {
    CHECK(data("data:,A%20brief%20note") == "A brief note");
    CHECK(data("data:").starts_with("<data:: not a well formed data URI"));
    CHECK(data("data:,") == "");
    CHECK(data("data:text/plain;charset=x,a,b?c=%64") == "a,b?c=d");
    CHECK(data("DATA:;BASE64,aGVsbG8=") == "hello");
    CHECK(data("data:;base64,aGVsbG8") == "hello");
    CHECK(data("data:;base64,aGVs%0AbG8%3D#x") == "hello");
    CHECK(data("data:;base64,_-8=") == "\xff\xef");
    CHECK(data("data:;base64,") == "");
    CHECK(data("data:base64,aGVs") == "aGVs");
    for (const char* bad : {"data:;base64,a", "data:;base64,a$==", "data:;base64,aa=a", "data:,%4",
                            "data:no-comma"}) {
        CHECK(data(bad).find("not a well formed data URI") != std::string::npos);
    }
}

TEST_CASE("file: URIs are read from the medium") {
    Disk disk;
    fakes::BodySink sink;
    const auto get = [&](const char* uri) { return *file_get(disk, *Uri::parse(uri), sink); };
    CHECK(get("file:/EFI/a%20b")->state() == Transfer::State::done);
    CHECK(disk.asked == "/EFI/a b");
    CHECK(sink.body == "/EFI/a b");
    get("file:///x");
    CHECK(disk.asked == "/x");
    get("file:x");
    CHECK(disk.asked == "/x");
    disk.result = Error::not_found;
    CHECK(fakes::sentence(get("file:/x")->failure()) == "file:/x: not found");
    disk.result = Error::not_supported;
    CHECK(fakes::sentence(get("file:/x")->failure()) ==
          "file:/x: no medium to read files from (fetch it by http or tftp)");
    disk.asked.clear();
    CHECK(get("file:/%4")->state() == Transfer::State::failed);
    CHECK(disk.asked.empty());
}
