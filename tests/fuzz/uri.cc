// URIs, absolute and relative to each other.
#include <cstdint>
#include <cstdlib>

#include "proto/uri.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace kedge;
    const StrView all = StrView::from({data, size});
    const size_t line = all.find('\n');
    const StrView second = line == StrView::npos ? StrView() : all.substr(line + 1);
    IGNORE_RESULT(proto::percent_decode(all));
    const Result<proto::Uri> base = proto::Uri::parse(all.first(line));
    if (!base.ok()) return 0;
    if (base->text() != all.first(line)) std::abort();  // kept byte for byte
    const Result<proto::Uri> resolved = proto::Uri::resolve(*base, second);
    if (!resolved.ok()) return 0;
    // What was resolved is absolute, and stands for itself.
    const Result<proto::Uri> again = proto::Uri::parse(resolved->text());
    if (!again.ok() || again->text() != resolved->text()) std::abort();
    if (again->path() != resolved->path() || again->host() != resolved->host()) std::abort();
    return 0;
}
