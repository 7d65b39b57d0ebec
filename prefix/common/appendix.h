// What tools/kedge-image has put behind the code of an image: a script, files, settings, CA
// certificates. The format is in docs/customising.md; tools/lib/appendix.py writes it.
#pragma once

#include "base/str.h"

namespace kedge {

enum class AppendixType : u16 {
    base = 0,  // what the image was before; for kedge-image
    script = 1,
    file = 2,
    setting = 3,      // name[:type], as `set` has it, and the text of the value
    certificate = 4,  // X.509, DER
};

struct AppendixEntry {
    AppendixType type = AppendixType::base;
    StrView name;
    Bytes data;
};

/// Checks everything. The entries, for next_entry(); empty if `bytes` is. What follows the appendix
/// in `bytes` is ignored. Error::bad_format if it is damaged or cut; Error::not_supported if it is
/// from a later version of kedge-image.
Result<Bytes> appendix_entries(Bytes bytes);

/// Takes the first entry off. False at the end. Types that we do not know are the caller's to pass
/// over.
bool next_entry(Bytes& entries, AppendixEntry& entry);

}  // namespace kedge
