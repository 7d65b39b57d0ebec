#include "boot/cpio.h"

namespace kedge::boot {

namespace {

constexpr size_t kHeaderSize = 110;
constexpr u32 kRegularFile = 0100000;
constexpr u32 kDirectory = 0040755;
constexpr u32 kDefaultMode = 0644;

/// The value of `key` ("mode=") among the words behind the path; empty if absent.
StrView argument(StrView words, StrView key) {
    size_t at = 0;
    while (at < words.size()) {
        const size_t end = min(words.find(' ', at), words.size());
        const StrView word = words.substr(at, end - at);
        if (word.starts_with(key)) return word.substr(key.size());
        at = end + 1;
    }
    return {};
}

struct Entry {
    StrView path;
    u32 mode = kDefaultMode;
    size_t directories = 0;  // how many of those above it are made
};

Entry parse(StrView arguments) {
    Entry entry;
    arguments = arguments.trimmed();
    if (arguments.empty()) return entry;
    const size_t space = min(arguments.find(' '), arguments.size());
    entry.path = arguments.first(space);
    const StrView rest = arguments.substr(space);
    entry.mode =
        static_cast<u32>(parse_number(argument(rest, "mode="), 8).value_or(kDefaultMode)) & 07777;
    size_t depth = 0;  // directories below the root
    for (size_t i = 1; i < entry.path.size(); ++i) depth += entry.path[i] == '/' ? 1 : 0;
    const StrView mkdir = argument(rest, "mkdir=");
    entry.directories = mkdir == "-1"
                            ? depth
                            : static_cast<size_t>(min<u64>(parse_number(mkdir).value_or(0), depth));
    return entry;
}

size_t header_size(StrView path) { return align_up(kHeaderSize + path.size() + 1, 4); }

/// Calls `visit(path of a directory)` for those to be made, outermost first.
template <typename Visit>
void for_each_directory(const Entry& entry, Visit&& visit) {
    size_t left = 0;
    for (size_t i = 1; i < entry.path.size(); ++i) left += entry.path[i] == '/' ? 1 : 0;
    for (size_t i = 1; i < entry.path.size(); ++i) {
        if (entry.path[i] != '/') continue;
        if (left-- <= entry.directories) visit(entry.path.first(i));
    }
}

void emit_hex(Writer& writer, u64 value) {
    for (int shift = 28; shift >= 0; shift -= 4) {
        writer.u8_(static_cast<u8>("0123456789ABCDEF"[value >> shift & 15]));
    }
}

void emit_header(Writer& writer, StrView path, u32 mode, u32 size) {
    const size_t start = writer.size();
    writer.bytes(StrView("070701").bytes());
    emit_hex(writer, 0);  // inode
    emit_hex(writer, mode);
    emit_hex(writer, 0);  // owner
    emit_hex(writer, 0);  // group
    emit_hex(writer, 1);  // links
    emit_hex(writer, 0);  // time
    emit_hex(writer, size);
    for (int i = 0; i < 4; ++i) emit_hex(writer, 0);  // device numbers
    emit_hex(writer, path.size() + 1);
    emit_hex(writer, 0);  // checksum, unused
    writer.bytes(path.bytes());
    writer.zeros(header_size(path) - (writer.size() - start));
}

}  // namespace

size_t cpio_headers_size(StrView arguments) {
    const Entry entry = parse(arguments);
    if (entry.path.empty()) return 0;
    size_t size = header_size(entry.path);
    for_each_directory(entry, [&](StrView path) { size += header_size(path); });
    return size;
}

void emit_cpio_headers(Writer& writer, StrView arguments, u32 file_size) {
    const Entry entry = parse(arguments);
    if (entry.path.empty()) return;
    for_each_directory(entry, [&](StrView path) { emit_header(writer, path, kDirectory, 0); });
    emit_header(writer, entry.path, kRegularFile | entry.mode, file_size);
}

}  // namespace kedge::boot
