#include "src/proto/http_request.h"

#include "base/format.h"
#include "net/wire/http.h"
#include "src/proto/identity.h"

namespace kedge::proto {

namespace {

Result<void> append_visible(String& out, StrView text) {
    constexpr StrView kHex = "0123456789ABCDEF";
    for (char c : text) {
        if (c > ' ' && c <= '~') {
            TRY(out.push_back(c));
            continue;
        }
        const u8 byte = static_cast<u8>(c);
        const char escaped[] = {'%', kHex[byte >> 4], kHex[byte & 15]};
        TRY(out.append({escaped, sizeof(escaped)}));
    }
    return {};
}

Result<String> decode_credential(StrView text) {
    String decoded = TRY(percent_decode(text));
    for (char c : decoded.view()) {
        // They go into a line of ours: nothing may end it.
        if (static_cast<u8>(c) < ' ' || c == 0x7f) return Error::bad_format;
    }
    return decoded;
}

}  // namespace

Result<HttpRequest> HttpRequest::from(const RequestExtras& extras) {
    HttpRequest out;
    const StrView standard = extras.has_form ? "POST" : "GET";
    TRY(out.method.assign(extras.method.empty() ? standard : extras.method));
    TRY(out.headers.assign(extras.headers));
    TRY(out.form.assign(extras.form));
    out.has_form = extras.has_form;
    TRY(out.user.assign(extras.user));
    TRY(out.password.assign(extras.password));
    return out;
}

Result<HttpRequest> HttpRequest::clone() const {
    return from({.method = method,
                 .headers = headers,
                 .form = form,
                 .has_form = has_form,
                 .user = user,
                 .password = password,
                 .mirrors = {}});
}

void HttpRequest::forget_secrets() {
    for (String* secret : {&headers, &user, &password}) secret->clear();
}

Result<void> HttpRequest::become_get() {
    form.clear();
    has_form = false;
    return method.assign("GET");
}

Result<void> HttpRequest::take_credentials(const Uri& uri) {
    const StrView info = uri.user_info();
    if (info.empty()) return {};
    const size_t colon = info.find(':');
    user = TRY(decode_credential(info.first(colon)));
    password = TRY(decode_credential(colon == StrView::npos ? "" : info.substr(colon + 1)));
    return {};
}

Result<void> append_target(String& out, const Uri& uri) {
    if (uri.path().empty()) TRY(out.append("/"));
    TRY(append_visible(out, uri.path()));
    if (!uri.has_query()) return {};
    TRY(out.append("?"));
    return append_visible(out, uri.query());
}

Result<void> append_base64(String& out, Bytes bytes) {
    constexpr StrView kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    while (!bytes.empty()) {
        const size_t count = min<size_t>(bytes.size(), 3);
        u32 group = 0;
        for (size_t i = 0; i < 3; ++i) group = group << 8 | (i < count ? bytes[i] : 0u);
        for (size_t i = 0; i < 4; ++i) {
            TRY(out.push_back(i <= count ? kDigits[group >> (18 - 6 * i) & 63] : '='));
        }
        bytes = bytes.subspan(count);
    }
    return {};
}

Result<String> compose_http_request(const HttpRequest& request, const Uri& uri,
                                    const HttpAttempt& attempt) {
    String out;
    StringSink sink(out);
    sink.put(request.method);
    sink.put(" ");
    TRY(append_target(out, uri));
    sink.put(" HTTP/1.1\r\nHost: ");
    TRY(append_visible(out, uri.host()));
    const u16 port = uri.port(net::wire::kHttpPort);
    if (port != net::wire::kHttpPort) format(sink, ":{}", port);
    format(sink, "\r\nUser-Agent: {}\r\n{}", kUserAgent, request.headers);
    if (!attempt.authorization.empty()) {
        format(sink, "Authorization: {}\r\n", attempt.authorization);
    }
    if (attempt.from != 0) {
        format(sink, "Range: bytes={}-\r\nIf-Range: {}\r\n", attempt.from, attempt.validator);
    }
    if (request.has_form) {
        format(sink, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
               request.form.size());
    }
    format(sink, "Connection: keep-alive\r\n\r\n{}", request.form);
    TRY(sink.status());
    return out;
}

}  // namespace kedge::proto
