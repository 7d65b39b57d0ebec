#include "src/proto/http_request.h"

#include "base/format.h"
#include "net/wire/http.h"
#include "src/proto/identity.h"

namespace kedge::proto {

namespace {

/// What may not stand in a request line is percent-encoded; all else is left as the URI has it.
Result<void> append_target(String& out, StrView text) {
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

/// RFC 4648 section 4
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

}  // namespace

Result<String> compose_http_request(const Uri& uri) {
    String out;
    TRY(out.append("GET "));
    if (uri.path().empty()) TRY(out.append("/"));
    TRY(append_target(out, uri.path()));
    if (uri.has_query()) {
        TRY(out.append("?"));
        TRY(append_target(out, uri.query()));
    }
    TRY(out.append(" HTTP/1.1\r\nHost: "));
    TRY(append_target(out, uri.host()));
    const u16 port = uri.port(net::wire::kHttpPort);
    if (port != net::wire::kHttpPort) TRY(out.append(Text<8>(":{}", port)));
    TRY(out.append("\r\nUser-Agent: "));
    TRY(out.append(kUserAgent));
    if (!uri.user_info().empty()) {
        const String user = TRY(percent_decode(uri.user_info()));
        TRY(out.append("\r\nAuthorization: Basic "));
        TRY(append_base64(out, user.view().bytes()));
    }
    TRY(out.append("\r\nConnection: keep-alive\r\n\r\n"));
    return out;
}

}  // namespace kedge::proto
