#include "prefix/efi/options.h"

#include "base/endian.h"
#include "prefix/efi/file_name.h"
#include "prefix/efi/utf16.h"

namespace kedge::efi {
namespace {

constexpr size_t kMaxUnits = 4096;

/// Printable text, line ends and tabs up to a NUL or the end: anything else is not for us.
bool is_text(std::span<const u16> units) {
    for (u16 unit : units) {
        if (unit == 0) return true;
        const bool control = unit < 0x20 && !is_space(static_cast<char>(unit));
        if (control || unit == 0x7f || unit >= 0xfff0) return false;
    }
    return true;
}

constexpr StrView kSuffix = ".efi";

bool has_suffix(StrView name) {
    return name.size() >= kSuffix.size() &&
           name.substr(name.size() - kSuffix.size()).equals_ignoring_case(kSuffix);
}

/// The name of the file alone.
StrView base_name(StrView path) {
    const StrView name = flat_file_name(path).value_or(StrView());
    return has_suffix(name) ? name.first(name.size() - kSuffix.size()) : name;
}

/// `\EFI\BOOT\BOOTX64.EFI`, `FS0:\kedge.efi`, `"kedge.efi"`; `kernel` if the file is called so.
bool is_program_name(StrView word, StrView program) {
    if (word.size() > 2 && word.front() == '"' && word.back() == '"') {
        word = word.substr(1, word.size() - 2);
    }
    if (has_suffix(word)) return true;
    const StrView own = base_name(program);
    return !own.empty() && base_name(word).equals_ignoring_case(own);
}

size_t end_of_word(StrView text) {
    const char ends_at = !text.empty() && text.front() == '"' ? '"' : ' ';
    for (size_t i = 1; i < text.size(); ++i) {
        if (text[i] == ends_at) return ends_at == '"' ? i + 1 : i;
        if (ends_at == ' ' && is_space(text[i])) return i;
    }
    return text.size();
}

}  // namespace

Result<String> command_line_from_options(Bytes options, StrView program) {
    if (options.size() < 2 || options.size() % 2 != 0) return String();
    const size_t count = min(options.size() / 2, kMaxUnits);
    Vector<u16> units;
    TRY(units.reserve(count));
    for (size_t i = 0; i < count; ++i) {
        TRY(units.push_back(load_le<u16>(options.subspan(2 * i, 2))));
    }
    if (!is_text(units.span())) return String();
    const String whole = TRY(from_utf16(units.span()));
    StrView text = whole.view().trimmed();
    const size_t end = end_of_word(text);
    // In a script the first line is no program name, whatever it ends with.
    if (is_program_name(text.first(end), program)) text = text.substr(end).trimmed();
    return String::from(text);
}

}  // namespace kedge::efi
