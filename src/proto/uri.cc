#include "proto/uri.h"

namespace kedge::proto {

namespace {

constexpr size_t kMaxSize = 65536;

constexpr bool is_alpha(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }

/// The first position at or after `from` with one of `stops`, else the size of `text`.
size_t find_any(StrView text, size_t from, StrView stops) {
    while (from < text.size() && stops.find(text[from]) == StrView::npos) ++from;
    return from;
}

/// RFC 3986 section 3 split by its appendix B; views into the text.
struct Components {
    StrView scheme;     // empty: a relative reference
    StrView authority;  // without "//"
    StrView path;
    StrView query;
    StrView fragment;
    bool has_authority = false;
    bool has_query = false;
    bool has_fragment = false;
};

StrView scheme_of(StrView text) {
    if (text.empty() || !is_alpha(text.front())) return {};
    for (size_t i = 1; i < text.size(); ++i) {
        const char c = text[i];
        if (c == ':') return text.first(i);
        if (!is_alpha(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return {};
    }
    return {};
}

Components split(StrView text) {
    Components out;
    out.scheme = scheme_of(text);
    size_t at = out.scheme.empty() ? 0 : out.scheme.size() + 1;
    if (text.substr(at).starts_with("//")) {
        const size_t end = find_any(text, at + 2, "/?#");
        out.has_authority = true;
        out.authority = text.substr(at + 2, end - at - 2);
        at = end;
    }
    const size_t path_end = find_any(text, at, "?#");
    out.path = text.substr(at, path_end - at);
    at = path_end;
    if (at < text.size() && text[at] == '?') {
        const size_t end = find_any(text, at, "#");
        out.has_query = true;
        out.query = text.substr(at + 1, end - at - 1);
        at = end;
    }
    if (at < text.size()) {
        out.has_fragment = true;
        out.fragment = text.substr(at + 1);
    }
    return out;
}

bool has_control_characters(StrView text) {
    for (char c : text) {
        if (static_cast<u8>(c) < 0x20 || c == 0x7f) return true;
    }
    return false;
}

struct Authority {
    StrView user_info;
    StrView host;
    u16 port = 0;
};

Result<Authority> parse_authority(StrView text) {
    Authority out;
    StrView rest = text;
    if (const size_t at = rest.rfind('@'); at != StrView::npos) {
        out.user_info = rest.first(at);
        rest = rest.substr(at + 1);
    }
    size_t host_end = min(rest.rfind(':'), rest.size());
    if (rest.starts_with("[")) {
        const size_t close = rest.find(']');
        if (close == StrView::npos) return Error::bad_format;
        out.host = rest.substr(1, close - 1);
        host_end = close + 1;
        if (host_end < rest.size() && rest[host_end] != ':') return Error::bad_format;
    } else {
        out.host = rest.first(host_end);
    }
    const StrView port = rest.substr(host_end + 1);
    if (port.empty()) return out;  // "host:" means the standard port
    const std::optional<u64> number = parse_number(port);
    if (!number || *number == 0 || *number > 0xffff) return Error::bad_format;
    out.port = static_cast<u16>(*number);
    return out;
}

/// Cuts the last segment and its slash off a path that is being built.
void remove_last_segment(String& path) {
    const size_t slash = path.view().rfind('/');
    path.truncate(slash == StrView::npos ? 0 : slash);
}

/// RFC 3986 section 5.2.4
Result<String> remove_dot_segments(StrView in) {
    String out;
    while (!in.empty()) {
        if (in.starts_with("../")) {
            in = in.substr(3);
        } else if (in.starts_with("./") || in.starts_with("/./")) {
            in = in.substr(2);
        } else if (in == "/.") {
            in = "/";
        } else if (in.starts_with("/../")) {
            in = in.substr(3);
            remove_last_segment(out);
        } else if (in == "/..") {
            in = "/";
            remove_last_segment(out);
        } else if (in == "." || in == "..") {
            in = {};
        } else {
            const size_t end = find_any(in, 1, "/");
            TRY(out.append(in.first(end)));
            in = in.substr(end);
        }
    }
    return out;
}

/// RFC 3986 section 5.2.3
Result<String> merge(const Components& base, StrView path) {
    String out;
    if (base.has_authority && base.path.empty()) {
        TRY(out.append("/"));
    } else {
        const size_t slash = base.path.rfind('/');
        if (slash != StrView::npos) TRY(out.append(base.path.first(slash + 1)));
    }
    TRY(out.append(path));
    return remove_dot_segments(out);
}

/// RFC 3986 section 5.3
Result<String> recompose(const Components& parts) {
    String out;
    TRY(out.append(parts.scheme));
    TRY(out.append(":"));
    if (parts.has_authority) {
        TRY(out.append("//"));
        TRY(out.append(parts.authority));
    }
    TRY(out.append(parts.path));
    if (parts.has_query) {
        TRY(out.append("?"));
        TRY(out.append(parts.query));
    }
    if (parts.has_fragment) {
        TRY(out.append("#"));
        TRY(out.append(parts.fragment));
    }
    return out;
}

}  // namespace

Result<Uri> Uri::parse(StrView text) {
    if (text.size() > kMaxSize) return Error::too_large;
    if (has_control_characters(text)) return Error::bad_format;
    Uri uri;
    TRY(uri.text_.assign(text));
    const StrView own = uri.text_.view();
    const Components parts = split(own);
    if (parts.scheme.empty()) return Error::bad_format;
    const Authority authority = TRY(parse_authority(parts.authority));

    const auto range = [own](StrView part) {
        return part.empty() ? Range{}
                            : Range{static_cast<u32>(part.data() - own.data()),
                                    static_cast<u32>(part.size())};
    };
    uri.scheme_ = range(parts.scheme);
    uri.user_info_ = range(authority.user_info);
    uri.host_ = range(authority.host);
    uri.path_ = range(parts.path);
    uri.query_ = range(parts.query);
    uri.port_ = authority.port;
    uri.has_query_ = parts.has_query;
    uri.has_authority_ = parts.has_authority;
    return uri;
}

Result<Uri> Uri::resolve(const Uri& base, StrView text) {
    const Components from = split(base.text());
    Components to = split(text);
    // An absolute one is kept as it was written, dots included.
    if (!to.scheme.empty()) return parse(text);
    to.scheme = from.scheme;
    String path;
    if (to.has_authority) {
        path = TRY(remove_dot_segments(to.path));
    } else {
        to.has_authority = from.has_authority;
        to.authority = from.authority;
        if (to.path.empty()) {
            TRY(path.append(from.path));
            if (!to.has_query) {
                to.has_query = from.has_query;
                to.query = from.query;
            }
        } else if (to.path.front() == '/') {
            path = TRY(remove_dot_segments(to.path));
        } else {
            path = TRY(merge(from, to.path));
        }
    }
    to.path = path.view();
    return parse(TRY(recompose(to)));
}

Result<String> percent_decode(StrView text) {
    String out;
    TRY(out.reserve(text.size()));
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            TRY(out.push_back(text[i]));
            continue;
        }
        if (text.size() - i < 3) return Error::bad_format;
        const std::optional<u8> high = hex_digit(text[i + 1]);
        const std::optional<u8> low = hex_digit(text[i + 2]);
        if (!high || !low) return Error::bad_format;
        TRY(out.push_back(static_cast<char>(*high << 4 | *low)));
        i += 2;
    }
    return out;
}

}  // namespace kedge::proto
