#include "src/boot/completion.h"

#include "src/boot/commands.h"
#include "src/boot/glyph.h"

namespace kedge::boot {
namespace {

/// What could follow: how many there are, and what they all begin with. With `listing` it prints
/// them instead.
class Candidates {
  public:
    Candidates(StrView stem, TextSink* listing) : stem_(stem), listing_(listing) {}

    void add(StrView name) {
        if (!name.starts_with(stem_)) return;
        if (listing_ != nullptr) {
            listing_->put("  ");
            put_cut(*listing_, name, SIZE_MAX);
        }
        if (count_++ == 0) {
            first_.put(name);
            common_ = first_.size();
        }
        size_t same = 0;
        while (same < common_ && same < name.size() && name[same] == first_.view()[same]) ++same;
        common_ = same;
    }
    size_t count() const { return count_; }
    StrView more() const { return first_.view().first(common_).substr(stem_.size()); }

  private:
    StrView stem_;
    TextSink* listing_;
    size_t count_ = 0;
    Text<128> first_;
    size_t common_ = 0;  // how much of it all have
};

/// What stands before the cursor.
struct Place {
    enum class Kind : u8 { command, option, setting, image } kind = Kind::command;
    StrView stem;
    StrView block;                     // of a setting
    const Command* command = nullptr;  // of an option

    static Place of(StrView text);
};

Place Place::of(StrView text) {
    size_t word = 0;
    size_t begin = StrView::npos;  // of the name of the setting
    size_t first = StrView::npos;  // of the command's name
    for (size_t i = 0; i <= text.size(); ++i) {
        if (i > 0 && i < text.size() && text[i] == '{' && text[i - 1] == '$') begin = i + 1;
        if (i < text.size() && text[i] == '}') begin = StrView::npos;
        if (i < text.size() && !is_space(text[i])) continue;
        const StrView done = text.substr(word, i - word);
        if (i == text.size()) break;
        const bool is_operator = done == "||" || done == "&&" || done == ";";
        if (is_operator) first = StrView::npos;
        if (!is_operator && !done.empty() && first == StrView::npos) first = word;
        word = i + 1;
    }
    Place place;
    place.stem = text.substr(word);
    if (begin != StrView::npos) {
        place.kind = Kind::setting;
        place.stem = text.substr(begin);
        const size_t slash = place.stem.rfind('/');
        if (slash == StrView::npos) return place;
        place.block = place.stem.first(slash);
        place.stem = place.stem.substr(slash + 1);
    } else if (first != StrView::npos) {
        const StrView name = text.substr(first);
        place.command = find_command(name.first(name.find(' ')));
        const bool option = place.stem.starts_with("-") && place.command != nullptr;
        place.kind = option ? Kind::option : Kind::image;
    }
    return place;
}

void add_blocks(const SettingsBlock& block, Candidates& candidates) {
    for (const SettingsBlock& child : block.children()) {
        String path;
        if (child.append_path(path).ok() && path.push_back('/').ok()) candidates.add(path);
        add_blocks(child, candidates);
    }
}

void find_candidates(Session& session, const Place& place, Candidates& candidates) {
    switch (place.kind) {
        case Place::Kind::command:
            for_each_command([&](const Command& command) { candidates.add(command.name); });
            return;
        case Place::Kind::option:
            for (const OptionSpec& option : place.command->options) {
                candidates.add(Text<32>("--{}", option.name));
            }
            return;
        case Place::Kind::image:
            for (const Image& image : session.images.images()) candidates.add(image.name());
            return;
        case Place::Kind::setting:
            break;
    }
    const SettingsBlock* block = session.settings.find_block(place.block);
    if (block == nullptr) return;
    for (size_t i = 0; !predefined_setting(i).empty(); ++i) candidates.add(predefined_setting(i));
    for (size_t i = 0; !block->stored_name(i).empty(); ++i) {
        if (!is_predefined(block->stored_name(i))) candidates.add(block->stored_name(i));
    }
    if (place.block.empty()) add_blocks(*block, candidates);
}

}  // namespace

Result<void> complete(Session& session, LineEditor& editor) {
    const Place place = Place::of(editor.text().first(editor.cursor()));
    Candidates candidates(place.stem, nullptr);
    find_candidates(session, place, candidates);
    if (candidates.count() == 0) return {};
    if (candidates.count() > 1 && candidates.more().empty()) {
        session.print("\n");
        Candidates listed(place.stem, &session.context.console);
        find_candidates(session, place, listed);
        session.print("\n");
        editor.begin_again();
        return {};
    }
    const bool path = candidates.more().ends_with("/");
    TRY(editor.insert(candidates.more()));
    if (candidates.count() > 1 || path) return {};
    return editor.insert(place.kind == Place::Kind::setting ? "}" : " ");
}

}  // namespace kedge::boot
