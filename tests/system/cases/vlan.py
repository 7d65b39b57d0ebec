"""VLANs: the card hangs on a trunk, the servers are in VLAN 24 behind a bridge that filters."""

from lab.machine import EFI, LKRN
from lab.process import run
from lab.registry import case

TAG = 24


def make_trunk(segment):
    """The host moves from the bridge into VLAN 24 of it; untagged frames reach nobody."""
    inside = f"{segment.bridge}.{TAG}"
    run(["ip", "link", "set", segment.bridge, "type", "bridge", "vlan_filtering", "1",
         "vlan_default_pvid", "0"])
    run(["bridge", "vlan", "add", "dev", segment.bridge, "vid", str(TAG), "self"])
    run(["ip", "link", "add", "link", segment.bridge, "name", inside, "type", "vlan", "id",
         str(TAG)])
    run(["ip", "addr", "flush", "dev", segment.bridge])
    run(["ip", "addr", "add", f"{segment.host}/24", "dev", inside])
    run(["ip", "link", "set", inside, "up"])
    return inside


def boots_over(way, card):
    def test(lab):
        segment = lab.segment()
        capture = segment.capture()
        segment.servers = make_trunk(segment)
        tap = segment.tap()
        run(["bridge", "vlan", "add", "dev", tap, "vid", str(TAG)])
        segment.tap = lambda: tap
        lab.dhcp(segment)
        lab.http(segment)
        script = "\n".join((
            "#!ipxe", "dhcp --timeout 1500 net0 || echo == no server without a tag",
            f"vcreate --tag {TAG} --priority 5 net0",
            f"dhcp net0-{TAG} && echo == address ${{net0-{TAG}/ip}} by ${{netX/ifname}}",
            f"imgfetch http://{segment.host}/small.bin && imgstat && ifstat net0-{TAG}",
            f"vdestroy net0-{TAG}",
            f"isset ${{net0-{TAG}/mac}} || echo == gone", "sleep 100", ""))
        machine = lab.machine(way, segment, model=card, **script_for(lab, way, script))
        machine.console.expect("== no server without a tag", 90)
        machine.console.expect(rf"== address 10\.99\.0\.\d+ by net0-{TAG}", 30)
        machine.console.expect(r"small\.bin : 3145739 bytes", 30)
        seen = machine.console.expect("== gone", 20)
        capture.require_clean(machine.cards[0].mac, until=seen.arrival)
        tagged = capture.read(f"eth.src=={machine.cards[0].mac} and vlan.id=={TAG} and "
                              "vlan.priority==5 and http.request")
        assert len(tagged) == 1, tagged

    return test


def script_for(lab, way, script):
    path = lab.file("script.ipxe", script)
    if not way.uefi:
        return {"initrd": path}
    from lab.machine import image_path
    return {"files": {"EFI/BOOT/BOOTX64.EFI": image_path("efi"), "autoexec.ipxe": path}}


for _way, _card in ((LKRN, "e1000"), (LKRN, "virtio-net-pci"), (EFI, "e1000e")):
    case(f"vlan-{_way.name}-{_card}", seconds=150)(boots_over(_way, _card))
