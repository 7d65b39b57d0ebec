// The constructs that published menu collections are built of, in scripts of our own: a main menu
// that reads its configuration from another script, hands over to one script per topic, and is
// come back to.
#include "terminal_fixture.h"

using namespace kedge;
using namespace kedge::boot;
using namespace kedge::boot::test;

namespace {

constexpr char kConfig[] = R"(#!ipxe
:variables
set site-name Example site
set archive http://archive
isset ${boot-timeout} || set boot-timeout 20000

:processors
set show-linux 1
set show-old 1
set show-arm 0
iseq ${arch} x86_64 && goto x86_64 ||
goto processors-end
:x86_64
set show-old 0
iseq ${platform} efi && goto efi ||
goto processors-end
:efi
set show-pc-tools 0
goto processors-end
:processors-end
iseq ${cloud} some-cloud && goto some-cloud ||
goto end
:some-cloud
set cmdline console=ttyS1,115200n8
:end
exit
)";

constexpr char kMain[] = R"(
isset ${arch} && goto known ||
cpuid --ext 29 && set arch x86_64 || set arch i386
iseq ${buildarch} arm64 && set arch arm64 ||
:known
chain --autofree config.cfg ||
chain --timeout 5000 http://nowhere/version.ipxe ||
iseq ${cls} serial && goto plain ||
set cls:hex 1b:5b:4a  # clears what is below
set cls ${cls:string}
:plain
isset ${menu} && goto ${menu} ||

:main
clear menu
set space:hex 20:20
set space ${space:string}
isset ${next-server} && menu ${site-name} - next-server: ${next-server} || menu ${site-name}
item --gap Default:
item local ${space} Boot from local disk
item --gap Systems:
iseq ${show-linux} 1 && item linux ${space} Linux (64-bit) ||
iseq ${show-old} 1 && item old ${space} Linux (32-bit) ||
iseq ${show-arm} 1 && item arm ${space} Linux (arm64) ||
item --gap Tools:
iseq ${platform} efi && item tools-efi ${space} Tools (UEFI) ||
iseq ${platform} pcbios && iseq ${arch} x86_64 && item tools ${space} Tools (PC) ||
item change-arch ${space} Architecture: ${arch}
item about ${space} About
isset ${menu} && set timeout 0 || set timeout ${boot-timeout}
choose --timeout ${timeout} --default ${menu} menu || goto local
echo ${cls}
goto ${menu} ||
chain ${menu}.ipxe || goto error
goto main

:error
echo Something failed, press a key
prompt
goto main

:change-arch
iseq ${arch} x86_64 && set arch i386 && set show-old 1 && set show-linux 0 && goto main ||
iseq ${arch} i386 && set arch x86_64 && set show-old 0 && set show-linux 1 && goto main ||
goto main

:about
chain about.ipxe || goto error
goto main

:local
echo == local
exit 0
)";

constexpr char kLinux[] = R"(#!ipxe
# Choices are asked for only where a setting has none yet.
isset ${dhcp-server} && set ipparam ip=dhcp || set ipparam ip=${ip}::${gateway}:none
set ipparam BOOTIF=${netX/mac} ${ipparam}
goto ${menu} ||

:linux
clear release
set os Example Linux
set os-arch ${arch}
iseq ${arch} x86_64 && set os-arch amd64 ||
menu ${os} - ${os-arch}
item --gap Latest releases
item stable ${space} ${os} stable
item testing ${space} ${os} testing
isset ${release} || choose release || goto back
set title ${os} ${release}
goto how

:how
menu ${title} - how
item normal ${title} install
item rescue ${title} rescue
item preseed ${title} with an answer file
isset ${how} || choose how || goto linux
echo ${cls}
iseq ${how} normal && goto boot ||
goto ${how}

:rescue
set params rescue/enable=true ||
goto boot

:preseed
echo -n Answer file for ${title}: ${} && read answers
set params url=${answers} ||
goto boot

:boot
imgfree
kernel ${archive}/${os-arch}/vmlinuz initrd=initrd.gz ${params} ${ipparam} ${cmdline}
initrd ${archive}/${os-arch}/initrd.gz
boot
goto back

:back
clear menu
exit 0
)";

constexpr char kAbout[] = R"(#!ipxe
set esc:hex 1b
set bold ${esc:string}[1m
set red ${esc:string}[31m
:show
menu ${red}${bold}About
item exit ${bold}Back
item --gap --  --------------------------------------------------
item about ${red}${bold}Nobody wrote this
item about
item about ${red}${bold}${space}And nobody reads it
choose selected || goto exit
goto ${selected}
:about
clear menu
goto show
:exit
clear menu
exit
)";

struct PublicMenus : TerminalFixture {
    PublicMenus() {
        auto& files = fake.fetcher.files;
        files["http://h/d/config.cfg"] = {.body = kConfig};
        files["http://h/d/linux.ipxe"] = {.body = kLinux};
        files["http://h/d/about.ipxe"] = {.body = kAbout};
        files["http://archive/amd64/vmlinuz"] = {.body = "KERNEL"};
        files["http://archive/amd64/initrd.gz"] = {.body = "INITRD"};
    }
    /// Waits for the screen with this title, then types.
    void at(const std::string& title, std::vector<int> keys) {
        for (size_t i = 0; i + 1 < keys.size(); ++i) hand.key(keys[i]);
        hand.then(
            [this, title] {
                // A countdown may follow.
                CHECK(terminal.line(2).rfind("  " + title, 0) == 0);
                last_screen = terminal.text();
            },
            keys.back());
    }
    std::string last_screen;
};

constexpr int kDown = platform::kKeyDown;

}  // namespace

TEST_CASE_METHOD(PublicMenus, "public menus: down to a kernel") {
    at("Example site", {kDown, '\r'});
    at("Example Linux - amd64", {'\r'});
    at("Example Linux stable - how", {kDown, '\r'});
    CHECK(script(kMain).ok());
    REQUIRE(fake.loader.starts.size() == 1);
    CHECK(fake.loader.starts[0].command_line.find("initrd=initrd.gz rescue/enable=true BOOTIF=") ==
          0);
    CHECK(fake.loader.starts[0].initrds == std::vector<std::string>{"initrd.gz"});
}

TEST_CASE_METHOD(PublicMenus, "public menus: what the main menu shows, and back again") {
    at("Example site", {kDown, kDown, kDown, '\r'});         // another architecture
    at("Example site", {kDown, kDown, kDown, kDown, '\r'});  // about
    CHECK(line("set cloud some-cloud").ok());
    at("About", {kDown, '\r'});
    at("About", {'\r'});
    at("Example site", {kDown, '\r'});
    // There is no such script on the server: a key leads back to the menu.
    hand.key(' ');
    at("Example site", {kDown, '\x1b'});
    CHECK(script(kMain).ok());
    CHECK(fake.console.printed("== local\n"));
    CHECK(last_screen == R"(
  Example site

  Default:
     Boot from local disk
  Systems:
     Linux (32-bit)
  Tools:
     Architecture: i386
     About













  Enter: choose   Esc: cancel
)");
    CHECK(get("cmdline") == "console=ttyS1,115200n8");
}

TEST_CASE_METHOD(PublicMenus, "public menus: nobody there") {
    const Instant begin = fake.clock.peek();
    CHECK(script(kMain).ok());
    CHECK((fake.clock.peek() - begin).seconds() == 20);
    CHECK(fake.console.printed("== local\n"));
}

TEST_CASE_METHOD(PublicMenus, "public menus: answers given beforehand ask nothing") {
    CHECK(line("set menu linux ; set release stable ; set how preseed").ok());
    hand.type("http://answers\r");
    // `clear release` in the script takes one of them away again.
    fake.fetcher.files["http://h/d/linux.ipxe"].body =
        std::string(kLinux).replace(std::string(kLinux).find("clear release"), 13, "");
    CHECK(script(std::string("goto over\n:linux\nchain linux.ipxe\nexit\n:over") + kMain).ok());
    REQUIRE(fake.loader.starts.size() == 1);
    CHECK(fake.loader.starts[0].command_line.find("url=http://answers") != std::string::npos);
}

TEST_CASE_METHOD(TerminalFixture, "public menus: usual beginnings") {
    CHECK(script(R"(
set menu-timeout 5000
set submenu-timeout ${menu-timeout}
isset ${menu-default} || set menu-default exit
console --x 1024 --y 768 --picture http://h/p.png --left 32 --right 32 && goto pictured || goto alternative
:pictured
colour --rgb 0xff6600 2
cpair --foreground 7 --background 2 2
goto start
:alternative
cpair --background 0 1 && cpair --background 1 2
:start
menu Boot menu for ${mac}
item --gap -- ------------------------- Systems ------------------------------
item
item --key b system	Tabs	between
item --gap --           ------------------------- Advanced ----------------------------
item --key c config     (c)onfigure settings
item --key x exit       E(x)it and continue
choose --timeout ${menu-timeout} --default ${menu-default} selected || goto cancel
set menu-timeout 0
goto ${selected}
:cancel
exit 1
:exit
echo == exit ${selected}
exit
)")
              .ok());
    CHECK(fake.console.printed("== exit exit\n"));
}
