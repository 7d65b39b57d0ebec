// Diagnostics for developers. What a user must read goes through platform/console.h instead.
//
//   log::debug(log::kTcp, "retransmit seq {} after {} ms", seq, rto.ms());
//
// `make DEBUG=tcp,dhcp` compiles the messages of those tags in; all others leave no code behind.
#pragma once

#include "base/format.h"

namespace kedge::log {

struct Tag {
    const char* name;
    bool enabled;
};

#ifndef KEDGE_DEBUG_TAGS
#define KEDGE_DEBUG_TAGS ""
#endif

/// Is `name` in the comma-separated list of KEDGE_DEBUG_TAGS, or is that "all"?
constexpr bool tag_enabled(StrView name) {
    StrView list = KEDGE_DEBUG_TAGS;
    while (!list.empty()) {
        const size_t comma = list.find(',');
        const StrView one = list.first(comma);
        if (one == name || one == "all") return true;
        list = comma == StrView::npos ? StrView() : list.substr(comma + 1);
    }
    return false;
}

constexpr Tag make_tag(const char* name) { return {name, tag_enabled(name)}; }

inline constexpr Tag kNet = make_tag("net");
inline constexpr Tag kTcp = make_tag("tcp");
inline constexpr Tag kDhcp = make_tag("dhcp");
inline constexpr Tag kTftp = make_tag("tftp");
inline constexpr Tag kHttp = make_tag("http");
inline constexpr Tag kBoot = make_tag("boot");
inline constexpr Tag kPci = make_tag("pci");
inline constexpr Tag kVirtio = make_tag("virtio");
inline constexpr Tag kEfi = make_tag("efi");
inline constexpr Tag kBios = make_tag("bios");

/// The composition root says where messages go; until then they are dropped.
void set_sink(TextSink* sink);
TextSink* sink();

/// A template parameter, so that a disabled tag costs nothing even without optimisation.
template <typename... Args>
inline void debug(const Tag& tag, StrView pattern, const Args&... args) {
    if (!tag.enabled || sink() == nullptr) return;
    format(*sink(), "{}: ", tag.name);
    format(*sink(), pattern, args...);
    sink()->put("\n");
}

}  // namespace kedge::log
