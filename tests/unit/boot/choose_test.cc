#include "src/boot/choose.h"

#include "boot_fixture.h"

using namespace kedge;
using namespace kedge::boot;
using namespace kedge::boot::test;

namespace {

constexpr StrView kItems[] = {"Local boot", "Installer", "Rescue \x1b[2J"};

}  // namespace

TEST_CASE_METHOD(BootFixture, "choose: keys") {
    const auto choose = [&](std::initializer_list<int> keys, size_t preselected = 0) {
        for (int key : keys) fake.console.type_key(key);
        return choose_from_list(session, "PXE", kItems, preselected, Duration());
    };
    CHECK(choose({'\r'}).value() == 0);
    CHECK(choose({'\r'}, 2).value() == 2);
    CHECK(choose({platform::kKeyDown, '\r'}).value() == 1);
    CHECK(choose({platform::kKeyUp, '\r'}).value() == 0);
    CHECK(choose({platform::kKeyEnd, platform::kKeyDown, '\n'}).value() == 2);
    CHECK(choose({platform::kKeyEnd, platform::kKeyHome, '\r'}).value() == 0);
    CHECK(choose({'x', '\r'}, 1).value() == 1);
    CHECK(choose({kEscape}).error() == Error::cancelled);
    CHECK(choose({kCtrlC}).error() == Error::cancelled);
    CHECK(choose({}, 3).error() == Error::invalid_argument);
    CHECK(choose_from_list(session, "PXE", {}, 0, Duration()).error() == Error::invalid_argument);
}

TEST_CASE_METHOD(BootFixture, "choose: the countdown ends in the preselected item, a key ends it") {
    const Instant begin = fake.clock.peek();
    SECTION("nobody there") {
        CHECK(choose_from_list(session, "PXE", kItems, 1, Duration::seconds(3)).value() == 1);
        CHECK((fake.clock.peek() - begin).seconds() == 3);
        CHECK(fake.console.printed("3 s"));
    }
    SECTION("somebody there") {
        fake.console.type_key(platform::kKeyDown, begin + Duration::seconds(2));
        fake.console.type_key('\r', begin + Duration::seconds(60));
        CHECK(choose_from_list(session, "PXE", kItems, 1, Duration::seconds(3)).value() == 2);
    }
}
