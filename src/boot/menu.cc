#include "src/boot/menu.h"

namespace kedge::boot {

Result<Item*> add_item(Vector<Item>& items, StrView name, StrView text) {
    TRY(items.push_back({}));
    Item& item = items.back();
    TRY(item.name.assign(name));
    TRY(item.text.assign(text));
    return &item;
}

size_t Menus::index_of(StrView name) const {
    size_t index = 0;
    while (index < all_.size() && all_[index]->name != name) ++index;
    return index;
}

Result<Menu*> Menus::make(StrView name, StrView title) {
    remove(name);
    Unique<Menu> menu = TRY(make_unique<Menu>());
    TRY(menu->name.assign(name));
    TRY(menu->title.assign(title));
    TRY(all_.push_back(std::move(menu)));
    return all_.back().get();
}

Menu* Menus::find(StrView name) const {
    const size_t index = index_of(name);
    return index < all_.size() ? all_[index].get() : nullptr;
}

void Menus::remove(StrView name) {
    const size_t index = index_of(name);
    if (index < all_.size()) all_.erase(index);
}

}  // namespace kedge::boot
