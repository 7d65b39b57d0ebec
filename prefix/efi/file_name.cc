#include "prefix/efi/file_name.h"

namespace kedge::efi {

std::optional<StrView> flat_file_name(StrView path) {
    size_t end = path.size();
    while (end > 0 && (path[end - 1] == '\\' || path[end - 1] == '/')) --end;
    size_t start = end;
    while (start > 0 && path[start - 1] != '\\' && path[start - 1] != '/') --start;
    const StrView name = path.substr(start, end - start);
    if (name.empty() || name == "." || name == "..") return std::nullopt;
    return name;
}

}  // namespace kedge::efi
