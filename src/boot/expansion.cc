#include "src/boot/expansion.h"

namespace kedge::boot {
namespace {

struct Reference {
    size_t start;  // of "${"
    size_t end;    // of "}"
};

/// The last "${" before the first "}" that follows one.
std::optional<Reference> innermost(StrView text) {
    std::optional<size_t> start;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '{') start = i;
        if (text[i] == '}' && start) return Reference{*start, i};
    }
    return std::nullopt;
}

}  // namespace

Result<String> expand(StrView text, Settings& settings) {
    String result = TRY(String::from(text));
    for (unsigned round = 0;; ++round) {
        const std::optional<Reference> reference = innermost(result);
        if (!reference) return result;
        if (round == kMaxExpansions) return Error::too_large;

        const StrView all = result;
        const size_t name_at = reference->start + 2;
        Result<String> value = settings.get(all.substr(name_at, reference->end - name_at));
        if (value.error() == Error::no_memory) return Error::no_memory;

        String next = TRY(String::from(all.first(reference->start)));
        if (value.ok()) TRY(next.append(*value));
        TRY(next.append(all.substr(reference->end + 1)));
        if (next.size() > kMaxExpandedSize) return Error::too_large;
        result = std::move(next);
    }
}

}  // namespace kedge::boot
