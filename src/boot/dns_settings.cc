#include "src/boot/dns_settings.h"

#include "net/wire/dns.h"

namespace kedge::boot {
namespace {

/// Option 6 as a server sends it, or the text of an address.
void read_servers(Bytes value, proto::DnsConfig& config) {
    if (const auto address = net::Ipv4Address::parse(StrView::from(value))) {
        config.servers[config.server_count++] = *address;
        return;
    }
    Reader in(value);
    while (in.remaining() >= 4 && config.server_count < config.servers.size()) {
        const net::Ipv4Address address{in.be32_()};
        if (!address.is_any()) config.servers[config.server_count++] = address;
    }
}

/// RFC 3397: names that share their ends as in a DNS message. What a script stored is plain text.
Result<void> append_search_list(Bytes value, String& search) {
    if (value.empty() || value[0] >= ' ') return search.append(StrView::from(value));
    for (size_t at = 0; at < value.size();) {
        net::wire::DnsName name;
        if (!name.decode(value, at)) break;
        StringSink sink(search);
        format(sink, "{} ", name);
        TRY(sink.status());
    }
    return {};
}

/// False if it is not set.
Result<bool> get(Settings& settings, StrView name, SettingValue& value) {
    const Result<void> found = settings.get_raw(name, value);
    if (found.error() == Error::no_memory) return Error::no_memory;
    return found.ok();
}

}  // namespace

net::Ipv4Address first_address(Bytes value) {
    proto::DnsConfig list;
    read_servers(value, list);
    return list.servers[0];
}

Result<proto::DnsConfig> DnsSettings::dns_config() const {
    proto::DnsConfig config;
    SettingValue value;
    if (TRY(get(settings_, "dns", value))) read_servers(value.bytes.span(), config);
    if (TRY(get(settings_, "dnssl", value))) {
        TRY(append_search_list(value.bytes.span(), config.search));
    } else if (TRY(get(settings_, "domain", value))) {
        TRY(config.search.append(StrView::from(value.bytes.span())));
    }
    return config;
}

}  // namespace kedge::boot
