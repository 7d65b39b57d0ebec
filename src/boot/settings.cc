#include "src/boot/settings.h"

namespace kedge::boot {

Result<void> SettingValue::assign(Bytes from, SettingType as) {
    Vector<u8> copy;
    TRY(copy.reserve(from.size()));
    for (u8 byte : from) TRY(copy.push_back(byte));
    bytes = std::move(copy);
    type = as;
    return {};
}

SettingsBlock::~SettingsBlock() {
    while (SettingsBlock* first = children_.front()) delete first;
}

SettingsBlock* SettingsBlock::child(StrView name) const {
    for (SettingsBlock& one : children_) {
        if (one.name() == name) return &one;
    }
    return nullptr;
}

Result<SettingsBlock*> SettingsBlock::make_child(StrView name) {
    if (SettingsBlock* existing = child(name)) return existing;
    if (name.empty()) return Error::invalid_argument;
    unsigned depth = 1;
    for (const SettingsBlock* up = this; up != nullptr; up = up->parent_) ++depth;
    if (depth > kMaxDepth) return Error::too_large;

    Unique<SettingsBlock> made = TRY(make_unique<SettingsBlock>(this));
    TRY(made->name_.assign(name));
    SettingsBlock* block = made.release();
    children_.push_back(*block);
    return block;
}

void SettingsBlock::set_source(const SettingsSource* source) {
    source_ = source;
    take_place();
}

size_t SettingsBlock::find_entry(const SettingKey& key) const {
    for (size_t i = 0; i < entries_.size(); ++i) {
        if (key.same_as({entries_[i].name, entries_[i].tag, {}})) return i;
    }
    return entries_.size();
}

Result<void> SettingsBlock::store(const SettingKey& key, SettingType type, Bytes bytes) {
    SettingValue value;
    TRY(value.assign(bytes, type));
    const size_t at = find_entry(key);
    if (at == entries_.size()) {
        Entry entry;
        TRY(entry.name.assign(key.name));
        entry.tag = key.tag;
        TRY(entries_.push_back(std::move(entry)));
    }
    entries_[at].value = std::move(value);
    entries_[at].deleted = false;
    take_place();
    return {};
}

Result<void> SettingsBlock::clear(const SettingKey& key) {
    const size_t at = find_entry(key);
    if (source_ == nullptr) {
        if (at < entries_.size()) entries_.erase(at);
        take_place();
        return {};
    }
    TRY(store(key, SettingType::string, {}));
    entries_[find_entry(key)].deleted = true;
    take_place();
    return {};
}

Result<void> SettingsBlock::fetch(const SettingKey& key, SettingValue& value) const {
    const size_t at = find_entry(key);
    if (at < entries_.size()) {
        const Entry& entry = entries_[at];
        if (entry.deleted) return Error::not_found;
        return value.assign(entry.value.bytes.span(), entry.value.type);
    }
    return source_ != nullptr ? source_->fetch(key, value) : Error::not_found;
}

Result<const SettingsBlock*> SettingsBlock::search(const SettingKey& key,
                                                   SettingValue& value) const {
    const Result<void> here = fetch(key, value);
    if (here.ok()) return this;
    if (here.error() != Error::not_found) return here.error();
    for (const SettingsBlock& one : children_) {
        const Result<const SettingsBlock*> below = one.search(key, value);
        if (below.ok() || below.error() != Error::not_found) return below;
    }
    return Error::not_found;
}

Result<void> SettingsBlock::append_path(String& out) const {
    if (parent_ == nullptr) return {};
    TRY(parent_->append_path(out));
    if (!out.empty()) TRY(out.push_back('.'));
    return out.append(name_);
}

i64 SettingsBlock::priority() const {
    SettingValue value;
    if (!search(SettingKey::of("priority"), value).ok()) return 0;
    return setting_number(value.bytes.span(), true).value_or(0);
}

bool SettingsBlock::in_place() const {
    i64 previous = INT64_MAX;
    for (const SettingsBlock& one : parent_->children_) {
        const i64 current = one.priority();
        if (current > previous) return false;
        previous = current;
    }
    return true;
}

void SettingsBlock::take_place() {
    for (SettingsBlock* block = this; block->parent_ != nullptr; block = block->parent_) {
        if (block->in_place()) continue;
        const i64 mine = block->priority();
        List<SettingsBlock>& siblings = block->parent_->children_;
        block->unlink();
        size_t others = 0;
        for (SettingsBlock* one = siblings.front(); one != nullptr; one = siblings.next(one)) {
            ++others;
        }
        // A List only appends: all others move to the end in their order, and ours goes in when
        // the first of lower priority is due.
        bool placed = false;
        for (; others > 0; --others) {
            SettingsBlock& one = *siblings.front();
            if (!placed && one.priority() < mine) {
                siblings.push_back(*block);
                placed = true;
            }
            one.unlink();
            siblings.push_back(one);
        }
        if (!placed) siblings.push_back(*block);
    }
}

SettingsBlock* Settings::child_of(SettingsBlock& block, StrView name) const {
    if (&block == &root_ && name == "netX") return newest_;
    return block.child(name);
}

SettingsBlock* Settings::find_block(StrView path) {
    SettingsBlock* block = &root_;
    while (block != nullptr && !path.empty()) {
        const size_t dot = path.find('.');
        block = child_of(*block, path.first(dot));
        path = dot == StrView::npos ? StrView() : path.substr(dot + 1);
    }
    return block;
}

Result<SettingsBlock*> Settings::make_block(StrView path) {
    SettingsBlock* block = &root_;
    while (!path.empty()) {
        const size_t dot = path.find('.');
        const StrView name = path.first(dot);
        SettingsBlock* next = child_of(*block, name);
        block = next != nullptr ? next : TRY(block->make_child(name));
        path = dot == StrView::npos ? StrView() : path.substr(dot + 1);
    }
    return block;
}

void Settings::remove_block(SettingsBlock& block) {
    ASSERT(&block != &root_);
    if (newest_ == &block) newest_ = nullptr;
    delete &block;
}

Result<Settings::Place> Settings::locate(StrView full_name, bool make_blocks) {
    Place place;
    place.block = &root_;
    const size_t slash = full_name.find('/');
    if (slash != StrView::npos) {
        const StrView path = full_name.first(slash);
        place.block = make_blocks ? TRY(make_block(path)) : find_block(path);
        if (place.block == nullptr) return Error::not_found;
        full_name = full_name.substr(slash + 1);
    }
    const size_t colon = full_name.find(':');
    const StrView name = full_name.first(colon);
    place.key = place.block->is_numbered() ? SettingKey::of_numbered(name) : SettingKey::of(name);
    if (colon != StrView::npos) {
        place.key.type = find_setting_type(full_name.substr(colon + 1));
        if (!place.key.type) return Error::not_supported;
    }
    return place;
}

Result<void> Settings::search(const Place& place, SettingValue& value) const {
    Result<const SettingsBlock*> found = place.block->search(place.key, value);
    if (found.error() == Error::not_found && late_ != nullptr &&
        late_->wait_for(*place.block, place.key)) {
        found = place.block->search(place.key, value);
    }
    return found.error();
}

Result<void> Settings::get_raw(StrView full_name, SettingValue& value) {
    const Place place = TRY(locate(full_name));
    return search(place, value);
}

Result<String> Settings::get(StrView full_name) {
    const Place place = TRY(locate(full_name));
    SettingValue value;
    TRY(search(place, value));
    String text;
    TRY(print_setting(place.key.type.value_or(value.type), value.bytes.span(), text));
    return text;
}

Result<void> Settings::set(StrView full_name, StrView text) {
    if (text.empty()) return clear(full_name);
    const Place place = TRY(locate(full_name, true));
    if (place.key.name.empty()) return Error::invalid_argument;
    const SettingType type = place.key.type.value_or(SettingType::string);
    Vector<u8> raw;
    TRY(read_setting(type, text, raw));
    return place.block->store(place.key, type, raw.span());
}

Result<void> Settings::clear(StrView full_name) {
    const Result<Place> place = locate(full_name);
    if (place.error() == Error::not_found) return {};  // no block, no setting
    if (!place.ok()) return place.error();
    if (place->key.name.empty()) return Error::invalid_argument;
    return place->block->clear(place->key);
}

}  // namespace kedge::boot
