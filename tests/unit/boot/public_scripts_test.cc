// Scripts with the constructs of well-known provisioning systems, as tests/system/scripts has them.
#include <fstream>
#include <sstream>

#include "network_fixture.h"

using namespace kedge;
using namespace kedge::boot;
using namespace kedge::boot::test;

namespace {

std::string load(const std::string& name) {
    std::ifstream file("tests/system/scripts/" + name + ".ipxe");
    REQUIRE(file.good());
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

struct ScriptFixture : NetworkFixture {
    ScriptFixture() { first.echoes = 1; }

    /// The script as if it came from http://10.0.2.2/<name>.ipxe.
    Result<void> run(const std::string& name) {
        const std::string text = load(name);
        Image* image = session.images.create().value();
        REQUIRE(image->set_name(view(name)).ok());
        REQUIRE(image->set_uri(view("http://10.0.2.2/" + name + ".ipxe")).ok());
        REQUIRE(image->assign(view(text).bytes()).ok());
        image->auto_free = true;
        return execute(session, *image);
    }
    void serve(const std::string& path, const std::string& body = "data") {
        fake.fetcher.files["http://10.0.2.2" + path] = {.body = body};
    }
    /// The only payload that was started: name, arguments, initrds.
    std::string started() {
        if (fake.loader.starts.size() != 1) {
            return std::to_string(fake.loader.starts.size()) + " starts:\n" + output();
        }
        const fakes::Loader::Start& start = fake.loader.starts[0];
        std::string all = start.image + " " + start.command_line + " |";
        for (const std::string& initrd : start.initrds) all += " " + initrd;
        return all;
    }
};

const std::string kKernel = "KERNEL";

}  // namespace

TEST_CASE_METHOD(ScriptFixture, "public scripts: Foreman") {
    serve("/os/vmlinuz", kKernel);
    serve("/os/initrd.img");
    CHECK(run("foreman").ok());
    CHECK(started() ==
          "vmlinuz initrd=initrd.img console=ttyS0 network "
          "ks=http://10.0.2.2/unattended/provision?token=1-2&mac=52:54:00:00:00:10 "
          "BOOTIF=01-52-54-00-00-00-10 kssendmac ks.sendmac "
          "ip=10.0.2.40::10.0.2.2:255.255.255.0:host40.example.com:eth0:none nameserver=10.0.2.2 "
          "| initrd.img");
    CHECK(fake.console.printed("Address 10.0.2.40, gateway 10.0.2.2\n"));
    CHECK(fake.console.printed("64 bytes from 10.0.2.2: seq=1"));
    CHECK_FALSE(fake.console.printed("The gateway does not answer"));
    CHECK(fake.console.printed("Nobody at 99.\n"));
}

TEST_CASE_METHOD(ScriptFixture, "public scripts: Foreman's search for the right card") {
    SECTION("the second card leads to an installer") {
        first.has_server = false;
        serve("/unattended/iPXE?mac=52:54:00:00:00:11",
              "#!ipxe\nkernel /vmlinuz a\ninitrd /initrd\nboot\n");
        serve("/vmlinuz", kKernel);
        serve("/initrd");
        CHECK(run("foreman-intermediate").ok());
        CHECK(started() == "vmlinuz a | initrd");
    }
    SECTION("none does") {
        CHECK(run("foreman-intermediate").error() == Error::exec_failed);
        CHECK(fake.console.printed("No card led anywhere.\n"));
        CHECK(fake.fetcher.requests.size() == 2);
    }
}

TEST_CASE_METHOD(ScriptFixture, "public scripts: MAAS") {
    REQUIRE(line("dhcp net0 && set hostname node-7").ok());
    fake.fetcher.files["http://10.0.2.2:5248/images/boot-kernel"] = {.body = kKernel};
    fake.fetcher.files["http://10.0.2.2:5248/images/boot-initrd"] = {.body = "data"};
    CHECK(run("maas").ok());
    const std::string start = started();
    CHECK(start.find("boot-kernel nomodeset ro root=squash:http://10.0.2.2:5248/images/squashfs "
                     "ip=::::node-7:BOOTIF ip6=off ") == 0);
    CHECK(start.find(" cc:\\{'datasource_list': ['MAAS']\\}end_cc ") != std::string::npos);
    CHECK(start.find("/by-id/?op=get_preseed apparmor=0 ") != std::string::npos);
    CHECK(start.find(" --- BOOTIF=01-52-54-00-00-00-10 | boot-initrd") != std::string::npos);
}

TEST_CASE_METHOD(ScriptFixture, "public scripts: Tinkerbell") {
    REQUIRE(line("dhcp net0 && set syslog 10.0.2.9").ok());
    fake.fetcher.files["http://10.0.2.2:7171/vmlinuz-x86_64"] = {.body = kKernel};
    fake.fetcher.files["http://10.0.2.2:7171/initramfs-x86_64"] = {.body = "data"};
    SECTION("as it should be") {
        IGNORE_RESULT(run("tinkerbell"));  // it does not expect a kernel to come back
        CHECK(started() ==
              "vmlinuz-x86_64 worker_id=52:54:00:00:00:10 tinkerbell_tls=false ip=dhcp "
              "syslog_host=10.0.2.9 console=tty0 console=ttyS1,115200 | initramfs-x86_64");
    }
    SECTION("a file that never comes is asked for four times") {
        fake.fetcher.files.erase("http://10.0.2.2:7171/initramfs-x86_64");
        const Instant begin = fake.clock.peek();
        CHECK(run("tinkerbell").error() == Error::exec_failed);
        CHECK(fake.console.printed("Failed to load initrd\n"));
        CHECK(fake.fetcher.requests.size() == 5);
        CHECK((fake.clock.peek() - begin).seconds() == 6);
        CHECK(session.images.images().empty());
    }
}

TEST_CASE_METHOD(ScriptFixture, "public scripts: Matchbox") {
    REQUIRE(line("dhcp net0 && set domain example.com").ok());
    serve(
        "/ipxe?uuid=00112233-4455-6677-8899-aabbccddeeff&mac=52-54-00-00-00-10&"
        "domain=example.com&hostname=&serial=SN%201&arch=x86_64",
        load("matchbox-profile"));
    serve("/assets/coreos/vmlinuz", kKernel);
    serve("/assets/coreos/initramfs.img");
    CHECK(run("matchbox-boot").ok());
    CHECK(started() ==
          "vmlinuz initrd=main coreos.live.rootfs_url=http://10.0.2.2/assets/rootfs.img "
          "ignition.firstboot ignition.platform.id=metal ignition.config.url="
          "http://10.0.2.2/ignition?uuid=00112233-4455-6677-8899-aabbccddeeff&"
          "mac=52-54-00-00-00-10 | main");
}

TEST_CASE_METHOD(ScriptFixture, "public scripts: Fedora CoreOS") {
    const std::string base = "/prod/streams/stable/builds/40.1/x86_64/coreos-40.1-live-";
    serve(base + "kernel-x86_64", kKernel);
    serve(base + "initramfs.x86_64.img");
    CHECK(run("coreos").ok());
    CHECK(started() ==
          "coreos-40.1-live-kernel-x86_64 initrd=main coreos.live.rootfs_url="
          "http://10.0.2.2/prod/streams/stable/builds/40.1/x86_64/rootfs.img "
          "coreos.inst.install_dev=/dev/sda coreos.inst.ignition_url=http://10.0.2.2/.ign | main");
}

TEST_CASE_METHOD(ScriptFixture, "public scripts: Talos") {
    REQUIRE(line("dhcp").ok());
    serve("/env/default/vmlinuz", kKernel);
    serve("/env/default/initramfs.xz");
    CHECK(run("talos").ok());
    CHECK(started() ==
          "vmlinuz console=tty0 console=ttyS0 consoleblank=0 earlyprintk=ttyS0 init_on_alloc=1 "
          "slab_nomerge= printk.devkmsg=on pti=on talos.platform=metal talos.config="
          "http://10.0.2.2:8081/configdata?uuid=00112233-4455-6677-8899-aabbccddeeff "
          "siderolink.api=10.0.2.2:8081 | initramfs.xz");
}

TEST_CASE_METHOD(ScriptFixture, "public scripts: Ubuntu's installer") {
    serve("/noble/casper/vmlinuz", kKernel);
    serve("/noble/casper/initrd");
    CHECK(run("ubuntu").ok());
    CHECK(started() ==
          "vmlinuz initrd=initrd ip=dhcp url=http://10.0.2.2/noble/live.iso autoinstall "
          "ds=nocloud-net;s=http://10.0.2.2/noble/seed/ cloud-config-url=/dev/null --- quiet "
          "| initrd");
}

TEST_CASE_METHOD(ScriptFixture, "public scripts: Proxmox") {
    serve("/pve/linux26", kKernel);
    serve("/pve/initrd.img");
    SECTION("as it should be") {
        serve("/pve/proxmox.iso");
        IGNORE_RESULT(run("proxmox"));  // it does not expect a kernel to come back
        CHECK(started() ==
              "linux26 vga=791 video=vesafb:ywrap,mtrr ramdisk_size=16777216 rw quiet "
              "initrd=initrd.magic proxmox-start-auto-installer | initrd.img proxmox.iso");
        CHECK(session.images.find("proxmox.iso")->arguments() == "/proxmox.iso mode=644");
    }
    SECTION("a file is missing") {
        CHECK(run("proxmox").error() == Error::exec_failed);
        CHECK(fake.console.printed("Proxmox could not be started (0x3)\n"));
    }
}

TEST_CASE_METHOD(ScriptFixture, "public scripts: what manuals teach") {
    serve("/vmlinuz", kKernel);
    serve("/tool");
    serve("/initrd.img");
    serve("/notice");
    SECTION("as it should be") {
        CHECK(run("idioms").ok());
        CHECK(started() ==
              "k root=/dev/ram0 console=ttyS0 mac=52-54-00-00-00-10 arch=amd64 -- --single | "
              "initrd.img tool");
        CHECK(fake.console.printed("[  ] twice\n"));
        CHECK(fake.console.printed(
            "arch=x86_64/amd64 asset=[] bus=0000:00:03.0 prefix=http://10.0.2.2/prefix/\n"));
        CHECK(fake.console.printed("no such script; echo went on\n"));
        CHECK_FALSE(fake.console.printed("never"));
        CHECK(session.images.find("tool")->arguments() == "/bin/tool mode=0755 mkdir=-1");
    }
    SECTION("no DHCP server") {
        first.has_server = false;
        CHECK(run("idioms").error() == Error::exec_failed);
        CHECK(fake.console.printed("No address after 5 attempts\n"));
    }
}

TEST_CASE_METHOD(ScriptFixture, "public scripts: the examples of the manual") {
    std::ifstream file("docs/scripting.md");
    REQUIRE(file.good());
    for (const char* path : {"list", "initrd.img"}) {
        fake.fetcher.files[std::string("http://boot.example.com/") + path] = {.body = "data"};
    }
    fake.fetcher.files["http://boot.example.com/vmlinuz"] = {.body = kKernel};
    std::string block;
    bool inside = false;
    int blocks = 0;
    for (std::string text; std::getline(file, text);) {
        if (text.rfind("```", 0) != 0) {
            if (inside) block += text + "\n";
            continue;
        }
        inside = !inside;
        if (inside) continue;
        ++blocks;
        CAPTURE(block);
        fake.console.type("exit\r");  // for the shell of one of them
        IGNORE_RESULT(script(block));
        const std::string printed = output();
        CAPTURE(printed);
        CHECK(printed.find("not understood") == std::string::npos);
        CHECK(printed.find("not found") == std::string::npos);
        CHECK(printed.find("stopped at line") == std::string::npos);
        block.clear();
    }
    CHECK(blocks >= 3);
    CHECK(fake.loader.starts.size() == 1);
    CHECK(get("tries") == "1");
    CHECK(get("server") == "2001:db8::1");
}
