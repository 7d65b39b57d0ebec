#include "src/boot/parameters.h"

namespace kedge::boot {
namespace {

constexpr StrView kReference = "##params";

/// RFC 3986 section 2.3: all else is percent-encoded, the space too.
Result<void> append_encoded(String& out, StrView text) {
    constexpr StrView kHex = "0123456789ABCDEF";
    for (char c : text) {
        const char lower = to_lower(c);
        if (is_digit(c) || (lower >= 'a' && lower <= 'z') || StrView("-._~").find(c) < 4) {
            TRY(out.push_back(c));
            continue;
        }
        const u8 byte = static_cast<u8>(c);
        const char escaped[] = {'%', kHex[byte >> 4], kHex[byte & 15]};
        TRY(out.append({escaped, sizeof(escaped)}));
    }
    return {};
}

bool has_control_character(StrView text) {
    for (char c : text) {
        if (static_cast<u8>(c) < ' ' || c == 0x7f) return true;
    }
    return false;
}

}  // namespace

Result<void> ParameterList::add_header(StrView key, StrView value) {
    const bool no_name =
        key.empty() || key.find(':') != StrView::npos || key.find(' ') != StrView::npos;
    if (no_name || has_control_character(key) || has_control_character(value)) {
        return Error::bad_format;
    }
    for (StrView part : {key, StrView(": "), value, StrView("\r\n")}) TRY(headers.append(part));
    return {};
}

Result<void> ParameterList::add_field(StrView key, StrView value) {
    if (has_form) TRY(form.append("&"));
    has_form = true;
    TRY(append_encoded(form, key));
    TRY(form.append("="));
    return append_encoded(form, value);
}

size_t Parameters::index_of(StrView name) const {
    size_t i = 0;
    while (i < lists_.size() && lists_[i]->name != name) ++i;
    return i;
}

Result<ParameterList*> Parameters::create(StrView name) {
    remove(name);
    TRY(lists_.push_back(TRY(make_unique<ParameterList>())));
    ParameterList* const list = lists_.back().get();
    TRY(list->name.assign(name));
    return list;
}

ParameterList* Parameters::find(StrView name) const {
    const size_t i = index_of(name);
    return i < lists_.size() ? lists_[i].get() : nullptr;
}

void Parameters::remove(StrView name) { take(name).reset(); }

Unique<ParameterList> Parameters::take(StrView name) {
    const size_t i = index_of(name);
    if (i == lists_.size()) return {};
    Unique<ParameterList> list = std::move(lists_[i]);
    lists_.erase(i);
    return list;
}

std::optional<StrView> Parameters::cut_reference(StrView& uri) {
    const size_t at = uri.find(kReference);
    if (at == StrView::npos) return std::nullopt;
    const StrView rest = uri.substr(at + kReference.size());
    if (!rest.empty() && rest.front() != '=') return std::nullopt;
    uri = uri.first(at);
    return rest.substr(1);
}

}  // namespace kedge::boot
