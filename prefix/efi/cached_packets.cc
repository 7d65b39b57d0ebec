#include "prefix/efi/cached_packets.h"

namespace kedge::efi {
namespace {

Result<void> keep(Bytes packet, bool received, Vector<u8>& out) {
    if (!received) return {};
    TRY(out.reserve(packet.size()));
    for (u8 byte : packet) TRY(out.push_back(byte));
    return {};
}

}  // namespace

Result<void> CachedPackets::read(const Environment& env) {
    const auto* self = get_protocol<EFI_LOADED_IMAGE>(env, env.image, kLoadedImageGuid);
    if (self == nullptr) return {};
    const auto* pxe =
        get_protocol<EFI_PXE_BASE_CODE_PROTOCOL>(env, self->DeviceHandle, kPxeBaseCodeGuid);
    const EFI_PXE_BASE_CODE_MODE* mode = pxe == nullptr ? nullptr : pxe->Mode;
    if (mode == nullptr || !mode->Started || mode->UsingIpv6) return {};
    TRY(keep(mode->DhcpAck.Raw, mode->DhcpAckReceived, ack_));
    TRY(keep(mode->ProxyOffer.Raw, mode->ProxyOfferReceived, proxy_));
    TRY(keep(mode->PxeReply.Raw, mode->PxeReplyReceived, reply_));
    return {};
}

}  // namespace kedge::efi
