#include "prefix/efi/local_file.h"

#include "base/endian.h"
#include "base/format.h"
#include "base/vector.h"
#include "prefix/common/pxe_origin.h"
#include "prefix/efi/device_path.h"
#include "prefix/efi/utf16.h"

namespace kedge::efi {
namespace {

/// An open file or folder.
class OpenFile {
  public:
    explicit OpenFile(EFI_FILE_HANDLE file) : file_(file) {}
    ~OpenFile() {
        if (file_ != nullptr) file_->Close(file_);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    EFI_FILE_HANDLE operator->() const { return file_; }
    EFI_FILE_HANDLE get() const { return file_; }

  private:
    EFI_FILE_HANDLE file_;
};

Result<size_t> file_size(EFI_FILE_HANDLE file) {
    // The end's position is the size, whatever the length of the name in EFI_FILE_INFO.
    UINT64 size = 0;
    if (failed(file->SetPosition(file, UINT64_MAX)) || failed(file->GetPosition(file, &size)) ||
        failed(file->SetPosition(file, 0))) {
        return Error::io;
    }
    return size;
}

/// The folder of our image, with a separator at the end: "\EFI\BOOT\". Empty if unknown.
Result<String> own_folder(const EFI_LOADED_IMAGE& self) {
    constexpr size_t kHeader = 4;
    const EFI_DEVICE_PATH* node = find_node(self.FilePath, MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP);
    if (node == nullptr) return String();
    const size_t size = node_size(node);
    if (size < kHeader) return String();
    Vector<u16> units;
    const Bytes body(reinterpret_cast<const u8*>(node) + kHeader, size - kHeader);
    for (size_t i = 0; i + 2 <= body.size(); i += 2) {
        TRY(units.push_back(load_le<u16>(body.subspan(i, 2))));
    }
    String path = TRY(from_utf16(units.span()));
    const size_t separator = path.view().rfind('\\');
    path.truncate(separator == StrView::npos ? 0 : separator + 1);
    return path;
}

}  // namespace

LocalFile::~LocalFile() {
    if (data_.data() != nullptr) memory_.release(data_);
}

Result<void> LocalFile::read(const Environment& env, StrView name, size_t limit) {
    const auto* self = get_protocol<EFI_LOADED_IMAGE>(env, env.image, kLoadedImageGuid);
    if (self == nullptr) return Error::not_found;
    auto* volume =
        get_protocol<EFI_FILE_IO_INTERFACE>(env, self->DeviceHandle, kSimpleFileSystemGuid);
    if (volume != nullptr) {
        // A network loader may show its downloads as files, and the server has more.
        const Result<void> result = read_from_volume(*self, *volume, name, limit);
        if (result.ok() || result.error() != Error::not_found) return result;
    }
    auto* pxe = get_protocol<EFI_PXE_BASE_CODE_PROTOCOL>(env, self->DeviceHandle, kPxeBaseCodeGuid);
    if (pxe != nullptr) return read_by_tftp(*pxe, name, limit);
    return Error::not_found;
}

Result<void> LocalFile::read_from_disk(const Environment& env, StrView name, size_t limit) {
    const auto* self = get_protocol<EFI_LOADED_IMAGE>(env, env.image, kLoadedImageGuid);
    if (self == nullptr) return Error::not_supported;
    auto* volume =
        get_protocol<EFI_FILE_IO_INTERFACE>(env, self->DeviceHandle, kSimpleFileSystemGuid);
    if (volume == nullptr) return Error::not_supported;
    return read_from_volume(*self, *volume, name, limit);
}

Result<void> OwnMedium::read(StrView path, proto::BodySink& sink) {
    constexpr size_t kLimit = size_t{4} << 30;
    String name;
    for (char c : path.substr(1)) TRY(name.push_back(c == '/' ? '\\' : c));
    LocalFile file(memory_);
    TRY(file.read_from_disk(env_, name, kLimit));
    TRY(sink.on_size(file.data().size()));
    return sink.on_data(Parts(file.data()));
}

Result<void> LocalFile::read_from_volume(const EFI_LOADED_IMAGE& self,
                                         EFI_FILE_IO_INTERFACE& volume, StrView name,
                                         size_t limit) {
    EFI_FILE_HANDLE handle = nullptr;
    if (failed(volume.OpenVolume(&volume, &handle))) return Error::not_found;
    const OpenFile root(handle);
    const String folder = TRY(own_folder(self));
    const String beside = TRY(format_string("{}{}", folder, name));
    const Result<void> result = read_from(root.get(), beside, limit);
    if (result.ok() || result.error() != Error::not_found) return result;
    return read_from(root.get(), TRY(format_string("\\{}", name)), limit);
}

Result<void> LocalFile::read_by_tftp(EFI_PXE_BASE_CODE_PROTOCOL& pxe, StrView name, size_t limit) {
    const EFI_PXE_BASE_CODE_MODE* mode = pxe.Mode;
    if (mode == nullptr || !mode->Started || mode->UsingIpv6) return Error::not_found;
    std::array<Bytes, 3> packets{};
    size_t count = 0;
    if (mode->PxeReplyReceived) packets[count++] = mode->PxeReply.Raw;
    if (mode->ProxyOfferReceived) packets[count++] = mode->ProxyOffer.Raw;
    if (mode->DhcpAckReceived) packets[count++] = mode->DhcpAck.Raw;
    const auto file = beside_boot_file(std::span(packets).first(count), name);
    if (!file) return Error::not_found;

    EFI_IP_ADDRESS server{};
    store_be<u32>(server.v4.Addr, file->server.value);
    String path = TRY(String::from(file->path));
    auto* c_path = reinterpret_cast<UINT8*>(const_cast<char*>(path.c_str()));
    UINT64 size = 0;
    // The protocol tells no file that is not there from a server that does not answer.
    if (failed(pxe.Mtftp(&pxe, EFI_PXE_BASE_CODE_TFTP_GET_FILE_SIZE, nullptr, FALSE, &size, nullptr,
                         &server, c_path, nullptr, FALSE))) {
        return Error::not_found;
    }
    if (size > limit) return Error::too_large;
    data_ = TRY(memory_.allocate(size));
    const EFI_STATUS status = pxe.Mtftp(&pxe, EFI_PXE_BASE_CODE_TFTP_READ_FILE, data_.data(), FALSE,
                                        &size, nullptr, &server, c_path, nullptr, FALSE);
    if (failed(status)) return to_error(status);
    // What the server said and what it sent may differ; the buffer has room for the former.
    if (size > data_.size()) return Error::io;
    data_ = TRY(memory_.resize(data_, size));
    return {};
}

Result<void> LocalFile::read_from(EFI_FILE_HANDLE root, StrView path, size_t limit) {
    Utf16 wide = TRY(to_utf16(path));
    EFI_FILE_HANDLE handle = nullptr;
    const EFI_STATUS status = root->Open(root, &handle, wide.begin(), EFI_FILE_MODE_READ, 0);
    if (failed(status)) return to_error(status);
    const OpenFile file(handle);
    const size_t size = TRY(file_size(file.get()));
    if (size > limit) return Error::too_large;
    data_ = TRY(memory_.allocate(size));
    size_t done = 0;
    while (done < size) {
        UINTN count = size - done;
        if (failed(file->Read(file.get(), &count, data_.data() + done))) return Error::io;
        if (count == 0) return Error::bad_format;  // shorter than it said
        done += count;
    }
    return {};
}

}  // namespace kedge::efi
