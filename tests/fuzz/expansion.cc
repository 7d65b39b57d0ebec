// ${…} in a word: the first line is the word, the others are settings "name value".
#include "src/boot/expansion.h"

using namespace kedge;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    StrView text(reinterpret_cast<const char*>(data), size);
    const StrView word = text.first(text.find('\n'));
    text = text.substr(word.size() + 1);
    boot::Settings settings;
    for (int i = 0; i < 20 && !text.empty(); ++i) {
        const StrView line = text.first(text.find('\n'));
        text = text.substr(line.size() + 1);
        const size_t space = line.find(' ');
        if (space == StrView::npos) continue;
        IGNORE_RESULT(settings.set(line.first(space), line.substr(space + 1)));
    }
    const Result<String> expanded = boot::expand(word, settings);
    if (expanded.ok() && expanded->size() > max(boot::kMaxExpandedSize, word.size())) {
        __builtin_trap();
    }
    return 0;
}
