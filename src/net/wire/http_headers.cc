// What the header lines of a response say.
#include "net/wire/http.h"

namespace kedge::net::wire {

namespace {

/// Visits the trimmed elements of a comma-separated header value.
template <typename Visit>
void for_each_element(StrView list, Visit&& visit) {
    while (true) {
        const size_t comma = list.find(',');
        visit(list.first(comma).trimmed());
        if (comma == StrView::npos) return;
        list = list.substr(comma + 1);
    }
}

/// The first header of a name holds; what does not fit is cut.
void put_once(TextSink& text, bool empty, StrView value) {
    if (empty) text.put(value);
}

template <size_t kSize>
void put_once(Text<kSize>& text, StrView value) {
    put_once(text, text.empty(), value);
}

}  // namespace

std::optional<HttpContentRange> HttpContentRange::parse(StrView text) {
    if (!text.first(6).equals_ignoring_case("bytes ")) return std::nullopt;
    const StrView range = text.substr(6).trimmed();
    const size_t dash = min(range.find('-'), range.size());
    const size_t slash = min(range.find('/'), range.size());
    const std::optional<u64> first = parse_number(range.first(dash));
    const std::optional<u64> last = parse_number(range.first(slash).substr(min(dash + 1, slash)));
    const StrView size = range.substr(slash + 1);
    HttpContentRange out;
    out.total = parse_number(size);
    if (!first || !last || *first > *last || (!out.total && size != "*")) return std::nullopt;
    if (out.total && *last >= *out.total) return std::nullopt;
    out.first = *first;
    out.last = *last;
    return out;
}

void HttpResponseParser::on_header(StrView line) {
    const size_t colon = line.find(':');
    if (colon == StrView::npos) return;
    const StrView name = line.first(colon).trimmed();
    const StrView value = line.substr(colon + 1).trimmed();
    const auto is = [name](StrView wanted) { return name.equals_ignoring_case(wanted); };
    if (is("Content-Length")) return on_content_length(value);
    if (is("Transfer-Encoding")) return on_transfer_encoding(value);
    if (is("Connection")) return on_connection(value);
    if (is("Location")) return on_location(value);
    if (is("ETag")) return put_once(etag_, value);
    if (is("Last-Modified")) return put_once(last_modified_, value);
    if (is("Date")) return put_once(date_, value);
    if (is("Retry-After")) return on_retry_after(value);
    if (is("WWW-Authenticate")) return on_authenticate(value);
    if (is("Content-Range")) content_range_ = HttpContentRange::parse(value);
    if (is("Content-Encoding") && !value.equals_ignoring_case("identity")) {
        put_once(content_encoding_, value);
    }
}

void HttpResponseParser::on_location(StrView value) {
    if (location_size_ != 0) return;
    if (line_cut_) return fail("its Location is longer than 4 KiB");
    location_size_ = copy_bytes(
        MutableBytes(reinterpret_cast<u8*>(location_.data()), location_.size()), value.bytes());
}

void HttpResponseParser::on_retry_after(StrView value) {
    const u64 seconds = parse_number(value).value_or(kRetryDefault);
    retry_after_ = static_cast<u32>(min<u64>(seconds, UINT32_MAX));
}

void HttpResponseParser::on_authenticate(StrView value) {
    if (!www_authenticate_.empty()) www_authenticate_.put(", ");
    www_authenticate_.put(value);
}

StrView HttpResponseParser::validator() const {
    const StrView tag = etag_;
    const StrView date = last_modified_;
    // One that was cut, or is weak, names more than one state of the file.
    const bool strong = tag.size() >= 2 && tag.front() == '"' && tag.back() == '"';
    const bool old = !date_.empty() && date != date_.view();
    const StrView chosen = strong ? tag : old ? date : StrView();
    for (char c : chosen) {
        if (c < ' ' || c > '~') return {};  // it is to be sent back in a line of ours
    }
    return chosen;
}

void HttpResponseParser::on_content_length(StrView value) {
    // RFC 9112 section 6.3: repeated equal lengths may be taken for one.
    for_each_element(value, [this](StrView element) {
        const std::optional<u64> length = parse_number(element);
        if (!length) return fail("its Content-Length is no number");
        if (has_content_length_ && content_length_ != *length) {
            return fail("it has two different Content-Lengths");
        }
        has_content_length_ = true;
        content_length_ = *length;
    });
}

void HttpResponseParser::on_transfer_encoding(StrView value) {
    for_each_element(value, [this](StrView element) {
        if (element.equals_ignoring_case("chunked")) {
            chunked_ = true;
        } else if (!element.empty() && !element.equals_ignoring_case("identity")) {
            fail("its Transfer-Encoding is not known");
        }
    });
}

void HttpResponseParser::on_connection(StrView value) {
    for_each_element(value, [this](StrView element) {
        if (element.equals_ignoring_case("close")) close_seen_ = true;
        if (element.equals_ignoring_case("keep-alive")) keep_alive_ = true;
    });
}

}  // namespace kedge::net::wire
