#include "prefix/efi/efi.h"

namespace kedge::efi {

Error to_error(EFI_STATUS status) {
    switch (status) {
        case EFI_SUCCESS:
            return Error::none;
        case EFI_OUT_OF_RESOURCES:
        case EFI_BUFFER_TOO_SMALL:
            return Error::no_memory;
        case EFI_INVALID_PARAMETER:
            return Error::invalid_argument;
        case EFI_NOT_FOUND:
            return Error::not_found;
        case EFI_UNSUPPORTED:
        case EFI_INCOMPATIBLE_VERSION:
            return Error::not_supported;
        case EFI_TIMEOUT:
            return Error::timed_out;
        case EFI_ABORTED:
            return Error::cancelled;
        case EFI_LOAD_ERROR:
        case EFI_BAD_BUFFER_SIZE:
        case EFI_COMPROMISED_DATA:
            return Error::bad_format;
        case EFI_NOT_READY:
        case EFI_ALREADY_STARTED:
            return Error::busy;
        case EFI_ACCESS_DENIED:
        case EFI_WRITE_PROTECTED:
            return Error::access_denied;
        case EFI_SECURITY_VIOLATION:
            return Error::security;
        case EFI_NO_MEDIA:
            return Error::no_device;
        default:
            return failed(status) ? Error::io : Error::none;
    }
}

bool same_guid(const Guid& a, const Guid& b) { return __builtin_memcmp(&a, &b, sizeof(Guid)) == 0; }

Handles::Handles(const Environment& env, const Guid& guid) : env_(env) {
    if (failed(env.boot->LocateHandleBuffer(ByProtocol, guid_argument(guid), nullptr, &count_,
                                            &list_))) {
        count_ = 0;
        list_ = nullptr;
    }
}

Handles::~Handles() {
    if (list_ != nullptr) env_.boot->FreePool(list_);
}

EFI_STATUS Claim::open() {
    return env_.boot->OpenProtocol(handle_, guid_argument(guid_), &interface_, env_.image, handle_,
                                   EFI_OPEN_PROTOCOL_BY_DRIVER | EFI_OPEN_PROTOCOL_EXCLUSIVE);
}

Result<void> Claim::take() {
    if (taken()) return {};
    EFI_STATUS status = open();
    if (status == EFI_ACCESS_DENIED) {
        // The owner claimed it exclusively too; such a one is not disconnected for us.
        disconnect_owners();
        status = open();
    }
    if (!failed(status)) return {};
    interface_ = nullptr;
    // Whoever let go before somebody else refused gets it back.
    env_.boot->ConnectController(handle_, nullptr, nullptr, TRUE);
    return status == EFI_ACCESS_DENIED ? Error::busy : to_error(status);
}

/// One driver at a time instead of all of the handle: drivers of other protocols stay.
void Claim::disconnect_owners() {
    EFI_OPEN_PROTOCOL_INFORMATION_ENTRY* entries = nullptr;
    UINTN count = 0;
    if (failed(
            env_.boot->OpenProtocolInformation(handle_, guid_argument(guid_), &entries, &count))) {
        return;
    }
    for (UINTN i = 0; i < count; ++i) {
        if ((entries[i].Attributes & EFI_OPEN_PROTOCOL_BY_DRIVER) == 0) continue;
        // A driver that cannot stop keeps its card: the next open tells.
        env_.boot->DisconnectController(handle_, entries[i].AgentHandle, nullptr);
    }
    env_.boot->FreePool(entries);
}

void Claim::give_back() {
    if (!taken()) return;
    interface_ = nullptr;
    env_.boot->CloseProtocol(handle_, guid_argument(guid_), env_.image, handle_);
    // A firmware without a driver for the card answers NOT_FOUND: as it was before us.
    env_.boot->ConnectController(handle_, nullptr, nullptr, TRUE);
}

}  // namespace kedge::efi
