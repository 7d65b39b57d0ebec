// Settings: a tree of named blocks (root, net0, net0.dhcp, …) that scripts read as
// ${net0.dhcp/filename:string}. Names, tags, order of search and printed forms are iPXE's.
#pragma once

#include "base/list.h"
#include "base/unique.h"
#include "src/boot/setting_type.h"

namespace kedge::boot {

/// What is asked for. `name` is borrowed.
struct SettingKey {
    StrView name;
    /// The DHCP option number, or bytes of an encapsulated one: 175.189 is 175 << 8 | 189. Zero:
    /// none. In a block whose source is_numbered() it is that source's number.
    u64 tag = 0;
    /// Asked for, or of the predefined setting.
    std::optional<SettingType> type;
    /// The name is a number of the block it was asked of.
    bool numbered = false;

    /// Looks up predefined settings by name and by number ("67", "0x43", "175.189").
    static SettingKey of(StrView name);
    /// For a block with numbers of its own: predefined settings are known by name only.
    static SettingKey of_numbered(StrView name);
    bool same_as(const SettingKey& other) const;
};

/// The names of the settings with a meaning of their own, one after another; empty beyond the last.
StrView predefined_setting(size_t index);
bool is_predefined(StrView name);

struct SettingValue {
    Vector<u8> bytes;
    /// Of the value itself; what the key asks for goes first.
    SettingType type = SettingType::string;

    Result<void> assign(Bytes from, SettingType as);
};

/// Values that are not stored but found elsewhere: in a DHCP packet, a card, SMBIOS.
class SettingsSource {
  public:
    /// Error::not_found if there is none.
    virtual Result<void> fetch(const SettingKey& key, SettingValue& value) const = 0;
    /// Are numbers for names (smbios/1.4.0) the source's own, not DHCP options?
    virtual bool is_numbered() const { return false; }

  protected:
    ~SettingsSource() = default;
};

/// One block. It owns its children and borrows its source.
class SettingsBlock final : public ListNode<SettingsBlock> {
  public:
    explicit SettingsBlock(SettingsBlock* parent) : parent_(parent) {}
    ~SettingsBlock();

    StrView name() const { return name_; }
    SettingsBlock* parent() const { return parent_; }
    const List<SettingsBlock>& children() const { return children_; }
    SettingsBlock* child(StrView name) const;
    /// Error::too_large for a tree that gets deeper than kMaxDepth.
    Result<SettingsBlock*> make_child(StrView name);
    /// Null takes it away. Hides nothing that is stored in the block.
    void set_source(const SettingsSource* source);
    bool is_numbered() const { return source_ != nullptr && source_->is_numbered(); }

    /// A stored value hides the source's.
    Result<void> store(const SettingKey& key, SettingType type, Bytes bytes);
    Result<void> clear(const SettingKey& key);
    void clear_all() { entries_.clear(); }
    /// Looks into this block only. Error::not_found.
    Result<void> fetch(const SettingKey& key, SettingValue& value) const;
    /// Looks here, then into each child in order, depth first; says where it was found.
    Result<const SettingsBlock*> search(const SettingKey& key, SettingValue& value) const;

    /// Appends "net0.dhcp"; nothing for the root.
    Result<void> append_path(String& out) const;
    /// The names of what is stored here, one after another; empty beyond the last.
    StrView stored_name(size_t index) const {
        return index < entries_.size() ? entries_[index].name.view() : StrView();
    }

    static constexpr unsigned kMaxDepth = 8;

  private:
    struct Entry {
        String name;
        u64 tag = 0;
        bool deleted = false;  // hides what the source has
        SettingValue value;
    };

    i64 priority() const;
    bool in_place() const;  // are our siblings and we in order of priority?
    void take_place();      // behind those of higher or equal priority, if we are not
    size_t find_entry(const SettingKey& key) const;

    SettingsBlock* parent_;
    String name_;
    Vector<Entry> entries_;
    List<SettingsBlock> children_;
    const SettingsSource* source_ = nullptr;
};

/// Somebody who may still get settings: ProxyDHCP servers are not waited for until then.
class LateSettings {
  public:
    /// `key` is not in `block`. True if it is worth looking again.
    virtual bool wait_for(const SettingsBlock& block, const SettingKey& key) = 0;

  protected:
    ~LateSettings() = default;
};

/// The whole tree, by full names: [block/]name[:type].
class Settings {
  public:
    Settings() : root_(nullptr) {}

    SettingsBlock& root() { return root_; }
    /// "net0.dhcp"; "netX" is the newest interface. Null if there is none.
    SettingsBlock* find_block(StrView path);
    /// Makes what is missing.
    Result<SettingsBlock*> make_block(StrView path);
    /// With its children. Not the root.
    void remove_block(SettingsBlock& block);
    /// What netX means from now on; borrowed from the block. Null: nothing.
    void set_newest_interface(SettingsBlock* block) { newest_ = block; }
    SettingsBlock* newest_interface() const { return newest_; }
    /// Is asked when a setting is missing.
    void set_late(LateSettings* late) { late_ = late; }

    struct Place {
        SettingsBlock* block = nullptr;
        SettingKey key;
    };
    /// Error::not_found: no such block; Error::not_supported: no such type.
    Result<Place> locate(StrView full_name, bool make_blocks = false);

    /// The printed value. Error::not_found and all of locate() and print_setting().
    Result<String> get(StrView full_name);
    /// The value where the setting was found, for a typed reader.
    Result<void> get_raw(StrView full_name, SettingValue& value);
    /// Empty text removes the setting. Error::bad_format if it is no such value.
    Result<void> set(StrView full_name, StrView text);
    /// Removes it from the block named (the root if none is).
    Result<void> clear(StrView full_name);

  private:
    SettingsBlock* child_of(SettingsBlock& block, StrView name) const;
    Result<void> search(const Place& place, SettingValue& value) const;

    SettingsBlock root_;
    SettingsBlock* newest_ = nullptr;
    LateSettings* late_ = nullptr;
};

}  // namespace kedge::boot
