// data: URIs.
#include <cstdint>
#include <cstdlib>

#include "fakes/body_sink.h"
#include "proto/local.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace kedge;
    const std::string text = "data:" + std::string(reinterpret_cast<const char*>(data), size);
    const Result<proto::Uri> uri = proto::Uri::parse({text.data(), text.size()});
    if (!uri.ok()) return 0;
    fakes::BodySink sink;
    const Result<Unique<proto::Transfer>> transfer = proto::data_get(*uri, sink);
    if (!transfer.ok()) std::abort();
    // Never more than the URI itself holds.
    if (sink.body.size() > size || (sink.size && *sink.size != sink.body.size())) std::abort();
    return 0;
}
