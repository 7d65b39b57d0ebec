// md5sum and its like, imgmem, imgset, shim: what can be done with an image but to start it.
#include "base/digest.h"
#include "src/boot/commands.h"
#include "src/boot/download.h"

namespace kedge::boot {
namespace {

constexpr OptionSpec kDigestOptions[] = {{"set", 's', true}};

Result<void> store_bytes(Session& session, StrView setting, Bytes bytes, SettingType type) {
    const Settings::Place place = TRY(session.settings.locate(setting, true));
    if (place.key.name.empty()) return Error::invalid_argument;
    TRY(place.block->store(place.key, place.key.type.value_or(type), bytes));
    session.network.apply_settings();
    return {};
}

Result<void> sum(Session& session, Invocation& call, DigestAlgorithm algorithm) {
    for (const String& name : call.arguments()) {
        const Image* image = TRY(acquire(session, name, {}));
        const DigestValue value = digest(algorithm, image->data());
        if (const std::optional<StrView> setting = call.value("set")) {
            TRY(store_bytes(session, *setting, value.bytes(), SettingType::hexraw));
        } else {
            session.print("{}  {}\n", value, image->name());
        }
    }
    return {};
}

Result<void> md5sum(Session& session, Invocation& call) {
    return sum(session, call, DigestAlgorithm::md5);
}

Result<void> sha1sum(Session& session, Invocation& call) {
    return sum(session, call, DigestAlgorithm::sha1);
}

Result<void> sha256sum(Session& session, Invocation& call) {
    return sum(session, call, DigestAlgorithm::sha256);
}

constexpr OptionSpec kMemoryOptions[] = {{"name", 'n', true}};

Result<void> image_of_memory(Session& session, Invocation& call) {
    const std::optional<u64> address = parse_integer(call.argument(0));
    const std::optional<u64> size = parse_integer(call.argument(1));
    if (!address) return call.misuse(call.argument(0));
    if (!size || *size == 0) return call.misuse(call.argument(1));
    const Bytes memory = session.context.system.physical_memory(*address, *size);
    if (memory.empty()) {
        session.print("{}: that memory cannot be reached\n", call.command());
        return Error::invalid_argument;
    }
    Image* image = TRY(session.images.create());
    Result<void> status = image->set_name(call.value("name").value_or(call.argument(0)));
    if (status.ok()) status = image->assign(memory);
    if (!status.ok()) session.images.release(image);
    return status;
}

constexpr OptionSpec kSetOptions[] = {
    {"keep", 'k', false}, {"timeout", 't', true}, {"quiet", 'q', false}};

Result<void> set_from_image(Session& session, Invocation& call) {
    constexpr size_t kMaxValue = 1 << 20;
    const DownloadOptions options{.timeout = TRY(call.milliseconds("timeout")),
                                  .quiet = call.has("quiet")};
    Image* image = TRY(acquire(session, call.argument(1), options));
    const Result<void> stored =
        image->data().size() > kMaxValue
            ? Error::too_large
            : store_bytes(session, call.argument(0), image->data(), SettingType::string);
    if (!stored.ok()) {
        session.print("{} {}: {}\n", call.command(), call.argument(0), describe(stored.error()));
    }
    if (!call.has("keep")) session.images.release(image);
    return stored;
}

constexpr OptionSpec kShimOptions[] = {{"timeout", 't', true},
                                       {"require-loader", 'l', false},
                                       {"allow-pxe", 'p', false},
                                       {"allow-sbat", 's', false}};

/// The firmware judges a kernel when we load it. Not fetched either: an image more would be handed
/// to the kernel as an initrd.
Result<void> shim(Session&, Invocation& call) {
    IGNORE_RESULT(TRY(call.milliseconds("timeout")));
    return {};
}

constexpr size_t kAny = Command::kAny;
constexpr char kDigestUsage[] = "[--set SETTING] URI|IMAGE...";
constexpr char kDigestSummary[] = "Print or store the digest of files";

constexpr Command kTable[] = {
    {"md5sum", md5sum, kDigestOptions, 1, kAny, kDigestUsage, kDigestSummary},
    {"sha1sum", sha1sum, kDigestOptions, 1, kAny, kDigestUsage, kDigestSummary},
    {"sha256sum", sha256sum, kDigestOptions, 1, kAny, kDigestUsage, kDigestSummary},
    {"imgmem", image_of_memory, kMemoryOptions, 2, 2, "[--name NAME] ADDRESS SIZE",
     "Make an image of a piece of memory"},
    {"imgset", set_from_image, kSetOptions, 2, 2,
     "[--keep] [--timeout MS] [--quiet] [BLOCK/]SETTING URI|IMAGE",
     "Store what a file holds in a setting"},
    {"shim", shim, kShimOptions, 0, 1,
     "[--timeout MS] [--require-loader] [--allow-pxe] [--allow-sbat] [URI|IMAGE]",
     "Accepted for scripts; kernels are loaded without a shim"},
    // Known to scripts, not built.
    {.name = "imgextract", .summary = "unpacking archives"},
    {.name = "imgverify", .summary = "signatures of images"},
    {.name = "imgtrust", .summary = "signatures of images"},
    {.name = "imgdecrypt", .summary = "encrypted images"},
    {.name = "sha512sum", .summary = "SHA-512"},
    {.name = "certstat", .summary = "TLS"},
    {.name = "certstore", .summary = "TLS"},
    {.name = "certfree", .summary = "TLS"},
    {.name = "sanboot", .summary = "SAN boot"},
    {.name = "sanhook", .summary = "SAN boot"},
    {.name = "sanunhook", .summary = "SAN boot"},
    {.name = "usbscan", .summary = "USB"},
    {.name = "fdt", .summary = "device trees"},
};

}  // namespace

constinit const std::span<const Command> kFileCommands = kTable;

}  // namespace kedge::boot
