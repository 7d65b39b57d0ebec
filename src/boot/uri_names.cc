// From names in scripts and DHCP packets to URIs.
#include "src/boot/download.h"

namespace kedge::boot {
namespace {

constexpr char kHexDigits[] = "0123456789ABCDEF";

Result<void> append_escaped(String& out, char c) {
    const u8 byte = static_cast<u8>(c);
    const char escaped[] = {'%', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
    return out.append({escaped, 3});
}

/// RFC 3986 section 2: what may not stand in a URI at all. A '%' stays: it is an escape already.
bool is_illegal(char c) {
    return c <= ' ' || c >= 0x7f || StrView("\"<>\\^`{|}").find(c) != StrView::npos;
}

/// RFC 3986 section 3.3 pchar and '/', without '%': a file name is not encoded yet.
bool is_path_character(char c) {
    const bool alphanumeric = is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
    return alphanumeric || StrView("-._~!$&'()*+,;=:@/").find(c) != StrView::npos;
}

Result<String> escape_illegal(StrView text) {
    String out;
    for (char c : text) TRY(is_illegal(c) ? append_escaped(out, c) : out.push_back(c));
    return out;
}

/// scheme "://": what makes a DHCP file name a URI.
bool is_hierarchical_uri(StrView text) {
    const size_t colon = text.find(':');
    if (colon == StrView::npos || colon == 0 || text.substr(colon, 3) != "://") return false;
    for (char c : text.first(colon)) {
        const char lower = to_lower(c);
        const bool letter = lower >= 'a' && lower <= 'z';
        if (!letter && !is_digit(c) && c != '+' && c != '-' && c != '.') return false;
    }
    return true;
}

/// scheme ":": a name that is complete.
bool has_scheme(StrView text) {
    const size_t colon = text.find(':');
    return colon != StrView::npos && colon > 1 && proto::Uri::parse(text).ok();
}

Result<String> next_server_base(Session& session) {
    const String server = TRY(session.settings.get("next-server"));
    return format_string("tftp://{}/", server);
}

}  // namespace

Result<proto::Uri> resolve_uri(Session& session, StrView text, Say say) {
    const String legal = TRY(escape_illegal(text));
    if (is_hierarchical_uri(legal) || has_scheme(legal)) {
        Result<proto::Uri> uri = proto::Uri::parse(legal);
        if (!uri.ok() && say == Say::problems) session.print("{}: not a valid URI\n", text);
        return uri;
    }
    String base = TRY(session.cwuri.clone());
    if (base.empty()) base = next_server_base(session).value_or(String());
    if (base.empty()) {
        if (say == Say::problems) {
            session.print("{}: neither an image nor a URI, and there is no next-server\n", text);
        }
        return Error::not_found;
    }
    const proto::Uri base_uri = TRY(proto::Uri::parse(base));
    return proto::Uri::resolve(base_uri, legal);
}

Result<proto::Uri> boot_file_uri(StrView file_name, net::Ipv4Address next_server) {
    if (is_hierarchical_uri(file_name)) return proto::Uri::parse(TRY(escape_illegal(file_name)));
    if (next_server.is_any()) return Error::not_found;
    String text = TRY(format_string("tftp://{}/", next_server));
    for (char c : file_name)
        TRY(is_path_character(c) ? text.push_back(c) : append_escaped(text, c));
    return proto::Uri::parse(text);
}

}  // namespace kedge::boot
