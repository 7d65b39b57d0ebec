// Foreign text made fit for a console.
#pragma once

#include "base/format.h"

namespace kedge::proto {

/// At most kSize characters of what a peer sent, every byte that is not printable ASCII shown as a
/// dot: a server cannot move the cursor or forge a line on somebody's console.
template <size_t kSize>
class Printable {
  public:
    Printable() = default;
    explicit Printable(StrView foreign) {
        for (char c : foreign.trimmed().first(kSize)) {
            const char shown = c >= ' ' && c <= '~' ? c : '.';
            text_.put({&shown, 1});
        }
    }
    bool empty() const { return text_.empty(); }
    StrView view() const { return text_.view(); }
    operator StrView() const { return view(); }

  private:
    Text<kSize> text_;
};

}  // namespace kedge::proto
