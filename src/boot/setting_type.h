// Types of settings: how a value in bytes is printed and read. The names and printed forms are
// those of iPXE scripts.
#pragma once

#include "base/str.h"
#include "base/vector.h"

namespace kedge::boot {

enum class SettingType : u8 {
    string,
    uristring,  // percent-encoded when printed
    ipv4,
    ipv6,
    int8,
    int16,
    int32,
    uint8,  // printed in hexadecimal
    uint16,
    uint32,
    hex,     // aa:bb:cc
    hexhyp,  // aa-bb-cc
    hexraw,  // aabbcc
    base64,
    uuid,
    guid,      // a uuid whose first three fields are little-endian
    busdevfn,  // 0000:00:03.0
};

std::optional<SettingType> find_setting_type(StrView name);
StrView setting_type_name(SettingType type);

/// Appends the printed form. Error::bad_format if the bytes cannot be of that type.
Result<void> print_setting(SettingType type, Bytes raw, String& out);
/// Appends the bytes that `text` stands for. Error::bad_format if it is no such value.
Result<void> read_setting(SettingType type, StrView text, Vector<u8>& raw);

/// The parts of the two above for IPv6 addresses (printed by RFC 5952) and for places on a PCI bus
/// ("0000:00:03.0"; read with or without the segment).
Result<void> print_ipv6(Bytes raw, String& out);
Result<void> read_ipv6(StrView text, Vector<u8>& raw);
Result<void> print_busdevfn(Bytes raw, String& out);
Result<void> read_busdevfn(StrView text, Vector<u8>& raw);

/// A big-endian number of any width; Error::too_large if it does not fit 32 bits.
Result<i64> setting_number(Bytes raw, bool is_signed);
/// Text as a signed number by C rules (0x, leading 0 octal). Error::bad_format.
Result<i64> read_signed(StrView text);
/// Appends the big-endian bytes of a number type, cut to its width.
Result<void> store_number(SettingType type, i64 value, Vector<u8>& raw);
bool is_number(SettingType type);

}  // namespace kedge::boot
