#include "proto/local.h"

#include "src/proto/sentence.h"

namespace kedge::proto {

namespace {

class LocalTransfer final : public Transfer {
  public:
    Result<void> start(const Uri& uri) { return uri_.assign(uri.text()); }

    void finish(Result<void> status, const Uri& uri, StrView cause, StrView hint) {
        if (status.ok()) return;
        state_ = State::failed;
        failure_.error = status.error();
        format(failure_.stage, "{}:{}", uri.scheme(), Printable<60>(uri.path()).view());
        failure_.cause.put(cause);
        failure_.hint.put(hint);
    }

    void poll(Instant) override {}
    Instant poll_at() const override { return Instant::never(); }
    State state() const override { return state_; }
    const Failure& failure() const override { return failure_; }
    StrView final_uri() const override { return uri_; }
    void cancel() override {}

  private:
    String uri_;
    State state_ = State::done;
    Failure failure_;
};

std::optional<u8> base64_digit(char c) {
    if (c >= 'A' && c <= 'Z') return static_cast<u8>(c - 'A');
    if (c >= 'a' && c <= 'z') return static_cast<u8>(c - 'a' + 26);
    if (is_digit(c)) return static_cast<u8>(c - '0' + 52);
    if (c == '+' || c == '-') return u8{62};  // and the URL-safe alphabet of RFC 4648 section 5
    if (c == '/' || c == '_') return u8{63};
    return std::nullopt;
}

/// RFC 4648 section 4; white space between is passed over, the padding may be missing.
Result<String> decode_base64(StrView text) {
    String out;
    u32 bits = 0;
    unsigned count = 0;
    size_t at = 0;
    for (; at < text.size() && text[at] != '='; ++at) {
        if (is_space(text[at])) continue;
        const std::optional<u8> digit = base64_digit(text[at]);
        if (!digit) return Error::bad_format;
        bits = bits << 6 | *digit;
        if ((count += 6) < 8) continue;
        count -= 8;
        TRY(out.push_back(static_cast<char>(bits >> count & 0xff)));
    }
    for (; at < text.size(); ++at) {
        if (text[at] != '=' && !is_space(text[at])) return Error::bad_format;
    }
    return count == 6 ? Result<String>(Error::bad_format) : Result<String>(std::move(out));
}

Result<void> give(StrView body, BodySink& sink) {
    TRY(sink.on_size(body.size()));
    return body.empty() ? Result<void>() : sink.on_data(Parts(body.bytes()));
}

}  // namespace

Result<String> decode_data_uri(const Uri& uri) {
    // What looks like a query belongs to the data: RFC 2397 knows none.
    const size_t from = uri.scheme().size() + 1;
    const StrView all = uri.text().substr(from).first(uri.text().substr(from).find('#'));
    const size_t comma = all.find(',');
    if (comma == StrView::npos) return Error::bad_format;
    String decoded = TRY(percent_decode(all.substr(comma + 1)));
    constexpr StrView kBase64 = ";base64";
    const StrView type = all.first(comma);
    const size_t tail = type.size() - min(type.size(), kBase64.size());
    if (!type.substr(tail).equals_ignoring_case(kBase64)) return decoded;
    return decode_base64(decoded);
}

Result<Unique<Transfer>> data_get(const Uri& uri, BodySink& sink) {
    Unique<LocalTransfer> transfer = TRY(make_unique<LocalTransfer>());
    TRY(transfer->start(uri));
    const Result<String> body = decode_data_uri(uri);
    if (body.error() == Error::no_memory) return Error::no_memory;
    if (body.ok()) {
        const Result<void> given = give(*body, sink);
        transfer->finish(given, uri, describe(given.error()), {});
    } else {
        transfer->finish(body.error(), uri, "not a well formed data URI",
                         "data:[TYPE][;base64],DATA");
    }
    return Unique<Transfer>(std::move(transfer));
}

Result<Unique<Transfer>> file_get(FileSource& source, const Uri& uri, BodySink& sink) {
    Unique<LocalTransfer> transfer = TRY(make_unique<LocalTransfer>());
    TRY(transfer->start(uri));
    Result<String> path = percent_decode(uri.path());
    if (path.error() == Error::no_memory) return Error::no_memory;
    Result<void> status = path.error();
    if (status.ok() && !path->view().starts_with("/")) {
        path = format_string("/{}", *path);
        status = path.error();
    }
    if (status.ok()) status = source.read(*path, sink);
    const bool no_medium = status.error() == Error::not_supported;
    transfer->finish(status, uri,
                     no_medium ? "no medium to read files from" : describe(status.error()),
                     no_medium ? "fetch it by http or tftp" : "");
    return Unique<Transfer>(std::move(transfer));
}

}  // namespace kedge::proto
