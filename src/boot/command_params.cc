// params, param.
#include "src/boot/commands.h"

namespace kedge::boot {
namespace {

constexpr OptionSpec kParamsOptions[] = {
    {"name", 'n', true},
    {"delete", 'd', false},
    {"method", 'm', true},
};

Result<void> params(Session& session, Invocation& call) {
    const StrView name = call.value("name").value_or(StrView());
    session.parameters.remove(name);
    if (call.has("delete")) return {};
    const StrView method = call.value("method").value_or(StrView());
    for (char c : method) {
        // It begins a line of ours: RFC 9110 section 9.1.
        if (to_lower(c) < 'a' || to_lower(c) > 'z') return call.misuse(method);
    }
    return TRY(session.parameters.create(name))->method.assign(method);
}

constexpr OptionSpec kParamOptions[] = {{"params", 'p', true}, {"header", 'H', false}};

Result<void> param(Session& session, Invocation& call) {
    const StrView name = call.value("params").value_or(StrView());
    ParameterList* const list = session.parameters.find(name);
    if (list == nullptr) {
        session.print("param: there is no parameter list \"{}\": begin with params\n", name);
        return Error::not_found;
    }
    const StrView key = call.argument(0);
    const String value = TRY(join_words(call.arguments().subspan(1)));
    if (!call.has("header")) return list->add_field(key, value);
    const Result<void> added = list->add_header(key, value);
    if (added.error() == Error::bad_format) {
        session.print("param {}: no name or value of a header\n", key);
    }
    return added;
}

constexpr Command kTable[] = {
    {"params", params, kParamsOptions, 0, 0, "[--name NAME] [--method METHOD] [--delete]",
     "Begin the parameters for a request to URI##params or URI##params=NAME"},
    {"param", param, kParamOptions, 1, Command::kAny, "[--params NAME] [--header] KEY [VALUE]",
     "Add a form field or a header to the parameters"},
};

}  // namespace

constinit const std::span<const Command> kParamCommands = kTable;

}  // namespace kedge::boot
