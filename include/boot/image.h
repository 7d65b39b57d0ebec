// Image: a downloaded file, and ImageStore: all of them in order of download.
#pragma once

#include "base/list.h"
#include "base/str.h"
#include "base/unique.h"
#include "platform/memory.h"
#include "proto/transfer.h"
#include "proto/uri.h"

namespace kedge::boot {

/// Owned by its store. Receives its own body.
class Image final : public proto::BodySink, public ListNode<Image> {
  public:
    explicit Image(platform::ImageMemory& memory) : memory_(memory) {}
    ~Image();

    StrView name() const { return name_; }
    Result<void> set_name(StrView name) { return name_.assign(name); }
    /// Where it came from; relative names in a script resolve against it. Empty for built-in data.
    StrView uri() const { return uri_; }
    Result<void> set_uri(StrView uri) { return uri_.assign(uri); }
    /// Text after the name: a kernel's command line, an initrd's path in the archive.
    StrView arguments() const { return arguments_; }
    Result<void> set_arguments(StrView text) { return arguments_.assign(text); }

    Bytes data() const { return memory_block_.first(size_); }
    /// The size that the server announced; 0 if it did not.
    u64 announced_size() const { return announced_size_; }
    /// For loaders that fix a buffer up in place.
    MutableBytes writable() { return memory_block_.first(size_); }

    bool auto_free = false;
    bool selected = false;
    bool used_as_script = false;  // it ran, or came with us: no part of a payload

    // BodySink: grows by doubling when the size is not announced.
    Result<void> on_size(u64 total) override;
    Result<void> on_data(const Parts& data) override;
    Result<void> restart() override;
    /// Copies built-in data in.
    Result<void> assign(Bytes data);
    /// No more data comes: gives surplus memory back.
    void finish();

  private:
    Result<void> make_room(size_t capacity);

    platform::ImageMemory& memory_;
    String name_;
    String uri_;
    String arguments_;
    MutableBytes memory_block_;
    size_t size_ = 0;
    u64 announced_size_ = 0;
};

class ImageStore {
  public:
    explicit ImageStore(platform::ImageMemory& memory) : memory_(memory) {}
    ~ImageStore();

    /// A new, empty image at the end of the list. Error::no_memory.
    Result<Image*> create();
    /// One that is in no list yet, for attach() or to be destroyed.
    Result<Unique<Image>> make() { return make_unique<Image>(memory_); }
    void release(Image* image);
    void release_all();
    /// Hides an image from find(), selected() and images() while it runs as a script, so that it
    /// can be neither freed nor handed to a kernel. The caller attaches it again or releases it.
    void detach(Image& image);
    /// Puts it at the end of the list.
    void attach(Image& image);
    /// The first of that name (case matters), or null.
    Image* find(StrView name) const;
    /// The one that `boot` without a name starts: last selected by `kernel` or `imgselect`.
    Image* selected() const;
    void select(Image* image);
    const List<Image>& images() const { return images_; }

  private:
    platform::ImageMemory& memory_;
    List<Image> images_;
};

}  // namespace kedge::boot
