#include "prefix/efi/pe.h"

#include "base/reader.h"
#include "base/str.h"

namespace kedge::efi {

bool is_efi_image(Bytes data) {
    constexpr u16 kDosMagic = 0x5a4d;     // MZ
    constexpr u32 kPeMagic = 0x00004550;  // PE, NUL, NUL
    constexpr u16 kMachineX64 = 0x8664;
    constexpr u16 kPe32Plus = 0x020b;
    constexpr u16 kFirstEfiSubsystem = 10;  // application
    constexpr u16 kLastEfiSubsystem = 12;   // runtime driver
    constexpr size_t kPeOffset = 0x3c;
    constexpr size_t kCoffRest = 18;         // after Machine
    constexpr size_t kBeforeSubsystem = 66;  // from the optional header's second field

    Reader dos(data);
    if (dos.le16_() != kDosMagic) return false;
    dos.skip(kPeOffset - 2);
    const u32 offset = dos.le32_();
    if (!dos.ok() || offset >= data.size()) return false;

    Reader pe(data.subspan(offset));
    if (pe.le32_() != kPeMagic || pe.le16_() != kMachineX64) return false;
    pe.skip(kCoffRest);
    if (pe.le16_() != kPe32Plus) return false;
    pe.skip(kBeforeSubsystem);
    const u16 subsystem = pe.le16_();
    return pe.ok() && subsystem >= kFirstEfiSubsystem && subsystem <= kLastEfiSubsystem;
}

Bytes loaded_section(Bytes image, StrView name) {
    constexpr size_t kPeOffset = 0x3c;
    constexpr size_t kBeforeCount = 6;  // signature, Machine
    constexpr size_t kBeforeOptionalSize = 12;
    constexpr size_t kNameSize = 8;
    constexpr size_t kAfterAddress = 24;

    Reader dos(image);
    dos.skip(kPeOffset);
    const u32 offset = dos.le32_();
    if (!dos.ok() || offset >= image.size()) return {};
    Reader reader(image.subspan(offset));
    reader.skip(kBeforeCount);
    const u16 count = reader.le16_();
    reader.skip(kBeforeOptionalSize);
    const u16 optional_size = reader.le16_();
    reader.skip(sizeof(u16) + optional_size);
    for (u16 i = 0; i < count && reader.ok(); ++i) {
        const StrView found = StrView::from(reader.bytes(kNameSize));
        const u32 size = reader.le32_();
        const u32 address = reader.le32_();
        reader.skip(kAfterAddress);
        if (!reader.ok() || found.first(found.find('\0')) != name) continue;
        if (address > image.size() || size > image.size() - address) return {};
        return image.subspan(address, size);
    }
    return {};
}

bool is_linux_kernel(Bytes data) {
    constexpr size_t kMagic = 0x202;
    return data.size() >= kMagic + 4 && StrView::from(data.subspan(kMagic, 4)) == "HdrS";
}

}  // namespace kedge::efi
