#include "src/boot/download.h"

namespace kedge::boot {

Result<FetchPlan> FetchPlan::make(Session& session, StrView text, std::span<const StrView> mirrors,
                                  Say say) {
    FetchPlan plan;
    if (const std::optional<StrView> name = Parameters::cut_reference(text)) {
        plan.parameters = session.parameters.take(*name);
    }
    plan.uri = TRY(resolve_uri(session, text, say));
    for (StrView mirror : mirrors) {
        TRY(plan.mirrors.push_back(TRY(resolve_uri(session, mirror, say))));
    }
    plan.user = session.settings.get("username").value_or(String());
    plan.password = session.settings.get("password").value_or(String());
    return plan;
}

proto::RequestExtras FetchPlan::extras() const {
    proto::RequestExtras extras;
    extras.user = user;
    extras.password = password;
    extras.mirrors = mirrors.span();
    if (!parameters) return extras;
    extras.method = parameters->method;
    extras.headers = parameters->headers;
    extras.form = parameters->form;
    extras.has_form = parameters->has_form;
    return extras;
}

Result<String> FetchPlan::key() const {
    String key;
    if (parameters) return key;
    TRY(key.append(uri.text()));
    for (const proto::Uri& mirror : mirrors) {
        TRY(key.append("\n"));
        TRY(key.append(mirror.text()));
    }
    return key;
}

}  // namespace kedge::boot
