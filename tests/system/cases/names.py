"""Names of hosts: DNS as a script uses it."""

import re

from lab.machine import EFI, LKRN
from lab.process import require
from lab.registry import case

ZONE = (
    "local=/lab.test/", "domain=lab.test",
    "dhcp-option=option:domain-search,other.test,lab.test",
    "host-record=web.lab.test,10.99.0.1",
    "cname=alias.lab.test,web.lab.test", "cname=second.lab.test,alias.lab.test",
    # 80 addresses do not fit into a datagram.
    *(f"host-record=big.lab.test,10.99.9.{number}" for number in range(1, 81)),
    "host-record=six.lab.test,fd00::1",
)
SCRIPT = """#!ipxe
echo == begin
nslookup a web.lab.test && echo full ${a}
nslookup a web && echo short ${a}
nslookup net0/b second && echo alias ${net0/b} ${net0/b:hexraw}
nslookup a big.lab.test && echo big ${a}
nslookup a 10.1.2.3 && echo literal ${a}
nslookup a missing.lab.test || echo missing, a is still ${a}
nslookup a web.lab.test. && echo with a final dot ${a}
nslookup a web. || echo a name with a final dot is complete
nslookup a six.lab.test || echo no IPv4
nslookup a foreign.example || echo refused
nslookup a bad..name || echo bad
nslookup a 10.1.2 || echo not an address
imgfetch tftp://web/small.bin && echo fetched by name
imgfetch tftp://missing/small.bin || echo not fetched
set dns 10.99.0.77 && nslookup a web || echo dead server
set dns 10.99.0.1 && nslookup a web && echo own server ${a}
clear dns && nslookup a web && echo again ${a}
ifclose net0
set dns 10.99.0.1 && nslookup a other.lab.test || echo no network
echo == end
sleep 100
"""
# What must stand between the two marks, in this order.
EXPECTED = (
    r"full 10\.99\.0\.1", r"short 10\.99\.0\.1", r"alias 10\.99\.0\.1 0a630001",
    r"big 10\.99\.9\.\d+", r"literal 10\.1\.2\.3",
    r"DNS missing\.lab\.test: 10\.99\.0\.1:53: no such name \(NXDOMAIN\) "
    r"\(also looked for in other\.test lab\.test\)",
    r"missing, a is still 10\.1\.2\.3", r"with a final dot 10\.99\.0\.1",
    r"a name with a final dot is complete",
    r"DNS six\.lab\.test: 10\.99\.0\.1:53: it has no IPv4 address", r"no IPv4",
    r"DNS foreign\.example: 10\.99\.0\.1:53: the server refused \(REFUSED\)", r"refused",
    r"DNS bad\.\.name: .*not a valid name", r"bad", r"neither an address nor a name",
    r"not an address", r"small\.bin.*", r"fetched by name",
    r"DNS missing: 10\.99\.0\.1:53: no such name", r"not fetched",
    r"DNS web: 10\.99\.0\.77:53: (no answer|host does not answer)", r"dead server",
    r"own server 10\.99\.0\.1", r"again 10\.99\.0\.1",
    r"DNS other\.lab\.test: 10\.99\.0\.1:53: no route to 10\.99\.0\.1", r"no network",
)


def require_lines(text, patterns):
    """Each pattern matches within a line after the one that the pattern before matched."""
    at = 0
    for pattern in patterns:
        match = re.compile(pattern).search(text, at)
        require(match, f"no {pattern!r} in what follows:\n{text[at:]}")
        at = text.find("\n", match.end())


def lookups(way):
    def test(lab):
        segment = lab.segment()
        lab.file("boot.ipxe", SCRIPT)
        lab.dhcp(segment, filename="boot.ipxe", dns=True, options=ZONE)
        capture = segment.capture()
        machine = lab.machine(way, segment)
        machine.console.expect("== begin", 60)
        end = machine.console.expect("== end", 60)
        text = machine.console.text()
        require_lines(text.split("== begin", 1)[1].split("== end", 1)[0], EXPECTED)
        capture.require_clean(machine.cards[0].mac, until=end.arrival)
        rows = capture.read("dns.flags.response==0 and udp", fields=("dns.id", "udp.srcport"))
        for what, values in (("ids", {row[0] for row in rows}), ("ports", {row[1] for row in rows})):
            require(len(values) > 0.8 * len(rows), f"{len(rows)} questions, but their {what}: {values}")
        require(capture.read("dns.flags.response==0 and tcp"), "nothing was asked over TCP")

    return test


for _way in (LKRN, EFI):
    case(f"names-{_way.name}", seconds=120)(lookups(_way))


TIME_SCRIPT = """#!ipxe
echo == begin
set t ${unixtime:uint32} && echo own clock ${t}
ntp ${next-server} && echo asked ${unixtime:uint32}
ntp time.lab.test && echo by name ${unixtime:uint32}
ntp ${next-server}0 || echo nobody
echo == end
sleep 100
"""


def time_server(way):
    """The machine's own clock says 2020; a server says what time it really is."""
    def test(lab):
        segment = lab.segment()
        lab.file("boot.ipxe", TIME_SCRIPT)
        lab.dhcp(segment, filename="boot.ipxe", dns=True,
                 options=("local=/lab.test/", "host-record=time.lab.test,10.99.0.1"))
        lab.python_server(segment, "ntp_server.py", 123)
        capture = segment.capture()
        machine = lab.machine(way, segment, extra=["-rtc", "base=2020-02-29T12:00:00"])
        machine.console.expect("== begin", 60)
        end = machine.console.expect("== end", 60)
        text = machine.console.text()
        own = int(re.search(r"own clock (\S+)", text).group(1), 16)
        require(abs(own - 1582977600) < 120, f"the machine's clock is {own}")
        for what in ("asked", "by name"):
            told = int(re.search(rf"{what} (\S+)", text).group(1), 16)
            require(abs(told - end.arrival) < 30, f"{what}: {told}, but it is {end.arrival:.0f}")
        require(re.search(r"NTP 10\.99\.0\.10: 10\.99\.0\.10:123: .*\nnobody", text), text)
        capture.require_clean(machine.cards[0].mac, until=end.arrival)

    return test


LOG_SCRIPT = """#!ipxe
set hostname node7
echo == begin
echo to nobody
{set}
sleep 1
echo first line && echo second line
nosuchcommand || echo third line
imgfetch tftp://${{next-server}}/small.bin
set syslog6 fd00::1 && set syslogs log.lab.test
sleep 1
clear syslog
sleep 1
echo fourth line
echo == end
sleep 100
"""


def log_server(way, by_dhcp):
    def test(lab):
        segment = lab.segment()
        lab.file("boot.ipxe", LOG_SCRIPT.format(set="" if by_dhcp else "set syslog 10.99.0.1"))
        lab.dhcp(segment, filename="boot.ipxe",
                 options=("dhcp-option=option:log-server,10.99.0.1",) if by_dhcp else ())
        server = lab.python_server(segment, "syslog_server.py", 514)
        capture = segment.capture()
        machine = lab.machine(way, segment)
        end = machine.console.expect("== end", 60)
        require_lines(server.log(), (
            *((r"<14>node7 ipxe\[kedge\]: to nobody",) if by_dhcp else ()),
            r"<14>node7 ipxe\[kedge\]: first line", r": second line",
            r": nosuchcommand: command not found", r": third line", r": tftp://.*small\.bin: 3\.1"))
        for unwanted in ("\x1b", "\r", *(() if by_dhcp else ("to nobody", "fourth"))):
            require(unwanted not in server.log(), f"{unwanted!r} in {server.log()}")
        capture.require_clean(machine.cards[0].mac, until=end.arrival)

    return test


for _way in (LKRN, EFI):
    case(f"ntp-{_way.name}", seconds=90)(time_server(_way))
case("syslog-lkrn-bios", seconds=90)(log_server(LKRN, by_dhcp=False))
case("syslog-dhcp-efi-uefi", seconds=90)(log_server(EFI, by_dhcp=True))
