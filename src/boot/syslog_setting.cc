#include "src/boot/syslog_setting.h"

#include "src/boot/dns_settings.h"
#include "src/boot/session.h"

namespace kedge::boot {

void apply_syslog_setting(Session& session) {
    SettingValue value;
    net::Ipv4Address server;
    if (session.settings.get_raw("syslog", value).ok()) server = first_address(value.bytes.span());
    proto::Syslog& syslog = session.context.syslog;
    syslog.set_server(server);
    if (server.is_any()) return;
    const bool named = session.settings.get_raw("hostname", value).ok();
    syslog.set_host_name(named ? StrView::from(value.bytes.span()) : StrView());
}

}  // namespace kedge::boot
