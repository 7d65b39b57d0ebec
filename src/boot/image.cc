#include "boot/image.h"

namespace kedge::boot {
namespace {

/// The first block when no size is announced: most scripts and configurations fit.
constexpr size_t kFirstBlock = 64 * 1024;

}  // namespace

Image::~Image() {
    if (!memory_block_.empty()) memory_.release(memory_block_);
}

Result<void> Image::on_size(u64 total) {
    announced_size_ = total;
    if (total > SIZE_MAX / 2) return Error::too_large;
    if (total <= memory_block_.size()) return {};
    return make_room(static_cast<size_t>(total));
}

Result<void> Image::on_data(const Parts& data) {
    if (data.size() > SIZE_MAX / 2 - size_) return Error::too_large;
    const size_t needed = size_ + data.size();
    if (needed > memory_block_.size()) {
        const size_t doubled = max(max(memory_block_.size() * 2, kFirstBlock), needed);
        // Doubling may ask for more than there is although the file would fit.
        if (!make_room(doubled).ok()) TRY(make_room(needed));
    }
    size_ += data.copy_to(memory_block_.subspan(size_));
    return {};
}

Result<void> Image::restart() {
    size_ = 0;
    announced_size_ = 0;
    return {};
}

Result<void> Image::make_room(size_t capacity) {
    memory_block_ = memory_block_.empty() ? TRY(memory_.allocate(capacity))
                                          : TRY(memory_.resize(memory_block_, capacity));
    return {};
}

Result<void> Image::assign(Bytes data) {
    size_ = 0;
    TRY(on_size(data.size()));
    return on_data(Parts(data));
}

void Image::finish() {
    if (size_ == memory_block_.size()) return;
    if (size_ == 0) {
        memory_.release(memory_block_);
        memory_block_ = {};
        return;
    }
    const Result<MutableBytes> fitting = memory_.resize(memory_block_, size_);
    // Keeping the surplus is no harm.
    if (fitting.ok()) memory_block_ = *fitting;
}

ImageStore::~ImageStore() { release_all(); }

Result<Image*> ImageStore::create() {
    Image* image = TRY(make_unique<Image>(memory_)).release();
    images_.push_back(*image);
    return image;
}

void ImageStore::release(Image* image) { delete image; }

void ImageStore::release_all() {
    while (Image* first = images_.front()) delete first;
}

void ImageStore::detach(Image& image) { image.unlink(); }

void ImageStore::attach(Image& image) {
    if (!image.linked()) images_.push_back(image);
}

Image* ImageStore::find(StrView name) const {
    for (Image& image : images_) {
        if (image.name() == name) return &image;
    }
    return nullptr;
}

Image* ImageStore::selected() const {
    for (Image& image : images_) {
        if (image.selected) return &image;
    }
    return nullptr;
}

void ImageStore::select(Image* image) {
    for (Image& one : images_) one.selected = &one == image;
}

}  // namespace kedge::boot
