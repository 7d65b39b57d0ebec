"""VLANs: the card hangs on a trunk, the servers are in VLAN 24 of it."""

import os
import sys

from lab.machine import EFI, LKRN, image_path
from lab.network import wait_until
from lab.process import Child, require, run
from lab.registry import case

TAG = 24
RELAY = os.path.join(os.path.dirname(__file__), "..", "lab", "vlan_relay.py")


class Trunk:
    """The guest's tap belongs to no bridge: a relay joins one VLAN of it with the segment."""

    def __init__(self, lab, segment):
        own = segment.tap()
        self.guest = "trunk0"
        run(["ip", "tuntap", "add", "dev", self.guest, "mode", "tap"])
        run(["ip", "link", "set", self.guest, "up"])
        segment.tap = lambda: self.guest
        self._log = os.path.join(lab.folder, "vlan-relay.log")
        self._child = Child([sys.executable, RELAY, self.guest, own, str(TAG)], log=self._log)
        require(wait_until(lambda: "ready" in self.said(), 10), "the VLAN relay did not start")

    def said(self):
        with open(self._log) as file:
            return file.read()

    def stop(self):
        self._child.stop()


def script_of(host):
    return "\n".join((
        "#!ipxe", "dhcp --timeout 1500 net0 || echo == no server without a tag",
        f"vcreate --tag {TAG} --priority 5 net0",
        f"dhcp net0-{TAG} && echo == address ${{net0-{TAG}/ip}} by ${{netX/ifname}}",
        f"imgfetch http://{host}/small.bin && imgstat && ifstat net0-{TAG}",
        f"vdestroy net0-{TAG}", f"isset ${{net0-{TAG}/mac}} || echo == gone", "sleep 100", ""))


def boots_over(way, card):
    def test(lab):
        segment = lab.segment()
        trunk = lab._keep(Trunk(lab, segment))
        lab.dhcp(segment)
        lab.http(segment)
        capture = segment.capture()
        script = lab.file("script.ipxe", script_of(segment.host))
        more = {"initrd": script}
        if way.uefi:
            more = {"files": {"EFI/BOOT/BOOTX64.EFI": image_path("efi"), "autoexec.ipxe": script}}
        machine = lab.machine(way, segment, model=card, **more)
        machine.console.expect("== no server without a tag", 90)
        machine.console.expect(rf"== address 10\.99\.0\.\d+ by net0-{TAG}", 30)
        machine.console.expect(r"small\.bin : 3145739 bytes", 30)
        seen = machine.console.expect("== gone", 20)
        require(trunk.said().split() == ["ready", "priority", "5"],
                f"the tags had not priority 5 alone: {trunk.said()}")
        capture.require_clean(machine.cards[0].mac, until=seen.arrival)

    return test


for _way, _card in ((LKRN, "e1000"), (LKRN, "virtio-net-pci"), (EFI, "e1000e")):
    case(f"vlan-{_way.name}-{_card}", seconds=150)(boots_over(_way, _card))
