"""DHCP servers of three makers, ProxyDHCP, PXE menus, and what the firmware's own PXE got."""

import os

from lab.machine import EFI, LKRN, PXE, Way, image_path
from lab.process import require, run
from lab.registry import case


def _names_itself(lab, name):
    """A script that shows which server it came from, with what the servers said."""
    lab.file(name, "#!ipxe\necho == from ${cwuri} proxy ${proxydhcp/dhcp-server} "
                   "pxebs ${pxebs/filename}\nsleep 100\n")


def _time_between(capture, mac, first, second):
    begin = capture.first_epoch(f"eth.src=={mac} and {first}")
    end = capture.first_epoch(f"eth.src=={mac} and {second}")
    require(begin is not None and end is not None, f"no packet {first!r} or {second!r}")
    return end - begin


def proxy_file(way):
    """dnsmasq's offer has no file, or a menu of one item: it wants to be asked at port 4011."""
    def test(lab):
        segment = lab.segment()
        _names_itself(lab, "boot.ipxe")
        lab.dhcp(segment, tftp=False)
        proxy = lab.proxy(segment, ["dhcp-boot=boot.ipxe", "pxe-service=x86PC,Boot,boot.ipxe",
                                    "pxe-service=x86-64_EFI,Boot,boot.ipxe"])
        capture = segment.capture()
        machine = lab.machine(way, segment)
        machine.console.expect(r"net0: 10\.99\.0\.\d+/24", 60)
        seen = machine.console.expect(
            rf"== from tftp://{proxy.address}/boot\.ipxe proxy {proxy.address}", 20)
        mac = machine.cards[0].mac
        capture.require_clean(mac, until=seen.arrival)
        took = _time_between(capture, mac, "dhcp.option.dhcp==3", "tftp.opcode==1")
        require(took < 1.0, f"{took:.2f} s from the REQUEST to the file")
        asked = capture.first_epoch(f"eth.src=={mac} and udp.dstport==4011")
        require(asked is not None, "nothing was asked at port 4011")

    return test


def proxy_menu(keys, wanted):
    def test(lab):
        segment = lab.segment()
        _names_itself(lab, "first.0")
        _names_itself(lab, "second.0")
        lab.dhcp(segment, tftp=False)
        lab.proxy(segment, ["pxe-prompt=What to boot?,4", "pxe-service=x86PC,The first,first",
                            "pxe-service=x86PC,The second,second",
                            "pxe-service=x86PC,From disk,0"])
        capture = segment.capture()
        machine = lab.machine(LKRN, segment)
        machine.console.expect(r"What to boot\? \(\d\) \[F8\]", 60)
        if keys:
            machine.console.type(keys[0], pause=0)
            machine.console.expect(r"From disk", 10)
            for key in keys[1:]:
                machine.console.type(key, pause=0)
        seen = machine.console.expect(wanted, 20)
        capture.require_clean(machine.cards[0].mac, until=seen.arrival)

    return test


@case("dhcp-no-wait-lkrn", seconds=90)
def no_wait(lab):
    """A script with a URL of its own: nothing is waited for after the ACK."""
    segment = lab.segment()
    lab.file("own.ipxe", "#!ipxe\necho == own\nsleep 100\n")
    lab.dhcp(segment)
    lab.http(segment)
    capture = segment.capture()
    machine = lab.machine(LKRN, segment,
                          append=f"dhcp && chain http://{segment.host}/own.ipxe")
    machine.console.expect(r"(?m)^== own$", 60)
    mac = machine.cards[0].mac
    took = _time_between(capture, mac, "dhcp.option.dhcp==3", "http.request")
    require(took < 0.5, f"{took:.2f} s from the REQUEST to the GET")


_IPXE_SPACE = """
option space ipxe;
option ipxe-encap-opts code 175 = encapsulate ipxe;
option ipxe.priority code 1 = signed integer 8;
option ipxe.no-pxedhcp code 176 = unsigned integer 8;
option ipxe.username code 190 = text;
option ipxe.http code 19 = unsigned integer 8;
option ipxe.menu code 39 = unsigned integer 8;
option client-arch code 93 = unsigned integer 16;
"""

_SHOW = ("#!ipxe\necho == ${filename} arch ${175.1:int8} ${username} ${175.176:uint8} "
         "search ${119:hex}\niseq ${root-path} %s && echo == long ok || echo == long ${root-path}"
         "\nroute\necho == end\nsleep 100\n")


@case("dhcp-isc-lkrn", seconds=90)
def isc(lab):
    """The configuration that iPXE's users have: its user class, its option space."""
    segment = lab.segment()
    long = "iscsi:" + "x" * 300
    lab.file("ipxe.ipxe", _SHOW % long)
    lab.http(segment)
    declarations = _IPXE_SPACE + "option classless code 121 = array of unsigned integer 8;\n"
    text = f"""
if exists user-class and option user-class = "iPXE" and exists ipxe.http and exists ipxe.menu
   and option client-arch = 00:00 {{
    filename "http://{segment.host}/ipxe.ipxe";
}} else {{
    filename "not-for-us";
}}
option root-path "{long}";
option routers {segment.host};
option classless 24,192,168,7,10,99,0,9, 0,10,99,0,8;
option domain-search "a.example", "b.example";
option ipxe.priority -2;
option ipxe.no-pxedhcp 1;
option ipxe.username "somebody";
"""
    server = lab.isc(segment, text, declarations)
    capture = segment.capture()
    machine = lab.machine(LKRN, segment)
    machine.console.expect(rf"\(dhcp {server.address}\)", 60)
    machine.console.expect(rf"== http://{segment.host}/ipxe\.ipxe arch -2 somebody 0x1 search 01:61",
                           20)
    machine.console.expect(r"(?m)^== long ok$", 10)
    machine.console.expect(r"gw 10\.99\.0\.8", 10)
    machine.console.expect(r"192\.168\.7\.0/24 via 10\.99\.0\.9", 10)
    seen = machine.console.expect(r"(?m)^== end$", 10)
    capture.require_clean(machine.cards[0].mac, until=seen.arrival)


@case("dhcp-kea-efi", seconds=120)
def kea(lab):
    segment = lab.segment()
    lab.file("kea.ipxe", "#!ipxe\necho == ${filename} ${username} ${next-server}\n"
                         "echo == end\nsleep 100\n")
    lab.http(segment)
    more = {
        "option-def": [
            {"name": "ipxe", "code": 175, "type": "empty", "encapsulate": "ipxe-space",
             "space": "dhcp4"},
            {"name": "username", "code": 190, "space": "ipxe-space", "type": "string"}],
        "client-classes": [{
            "name": "ipxe-efi",
            "test": "substring(option[77].hex,0,4) == 'iPXE' and option[93].hex == 0x0007",
            "next-server": segment.host,
            "boot-file-name": f"http://{segment.host}/kea.ipxe"}],
    }
    options = [{"name": "routers", "data": segment.host}, {"name": "ipxe"},
               {"name": "username", "space": "ipxe-space", "data": "somebody"}]
    server = lab.kea(segment, options, more)
    capture = segment.capture()
    machine = lab.machine(EFI, segment)
    machine.console.expect(rf"\(dhcp {server.address}\)", 90)
    machine.console.expect(rf"== http://{segment.host}/kea\.ipxe somebody {segment.host}", 20)
    seen = machine.console.expect(r"(?m)^== end$", 10)
    capture.require_clean(machine.cards[0].mac, until=seen.arrival)


for _way in (LKRN, EFI):
    case(f"dhcp-proxy-{_way.name}", seconds=120)(proxy_file(_way))
case("dhcp-proxy-menu-default", seconds=90)(
    proxy_menu((), r"pxebs first\.0"))
_F8, _DOWN = "\x1b[19~", "\x1b[B"
case("dhcp-proxy-menu-second", seconds=90)(
    proxy_menu((_F8, _DOWN, "\r"), r"pxebs second\.0"))
case("dhcp-proxy-menu-disk", seconds=90)(
    proxy_menu((_F8, _DOWN, _DOWN, "\r"), r"net0: local boot"))


def cached(way, image):
    """The lease of the firmware's PXE is there for a script that does not ask for another."""
    def test(lab):
        segment = lab.segment()
        script = lab.file("start.ipxe", "#!ipxe\necho == lease ${net0.dhcp/ip} ${filename}\n"
                          "chain own.ipxe\n")
        lab.file("own.ipxe", "#!ipxe\necho == own\nsleep 100\n")
        run([os.path.abspath("tools/kedge-image"), "add", image_path(image), "-o",
             os.path.join(lab.root, "mine.bin"), "--script", script])
        lab.dhcp(segment, filename="mine.bin")
        capture = segment.capture()
        machine = lab.machine(way, segment)
        machine.console.expect(r"== lease 10\.99\.0\.\d+ mine\.bin", 60)
        seen = machine.console.expect(r"(?m)^== own$", 20)
        mac = machine.cards[0].mac
        capture.require_clean(mac, until=seen.arrival)
        file = capture.first_epoch("tftp.source_file contains \"own.ipxe\"")
        loaded = capture.first_epoch("tftp.source_file contains \"mine.bin\"")
        asked = capture.read(f"dhcp and eth.src=={mac} and frame.time_epoch>{loaded:.6f}")
        require(file is not None and not asked, f"DHCP once more: {asked}")

    return test


case("dhcp-cached-pxe", seconds=90)(cached(PXE, "pxe"))
case("dhcp-cached-efi", seconds=150)(cached(Way("pxe", uefi=True), "efi"))
