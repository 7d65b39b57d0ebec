// Menus and forms as scripts build them: a name, a title, items. The screens that show them are in
// menu_screen.h.
#pragma once

#include "base/unique.h"
#include "base/vector.h"
#include "platform/console.h"

namespace kedge::boot {

/// One line of a menu or form.
struct Item {
    String name;  // what the line stands for; not shown
    String text;
    String value;                // shown beside the text where a screen has values
    int key = platform::kNoKey;  // chooses the item at once
    bool gap = false;            // cannot be selected
    bool is_default = false;
    bool secret = false;  // stars instead of the value
};

/// A new item at the end; Error::no_memory.
Result<Item*> add_item(Vector<Item>& items, StrView name, StrView text);

struct Menu {
    String name;  // empty: that of commands which name none
    String title;
    Vector<Item> items;
};

/// The menus and forms of a session; they share their names.
class Menus {
  public:
    /// A new, empty one in place of what has the name. Error::no_memory.
    Result<Menu*> make(StrView name, StrView title);
    /// Null if there is none.
    Menu* find(StrView name) const;
    void remove(StrView name);

  private:
    size_t index_of(StrView name) const;

    Vector<Unique<Menu>> all_;
};

}  // namespace kedge::boot
