// A session over fakes, and short ways to run scripts in it.
#pragma once

#include <catch2/catch.hpp>

#include "fakes/boot_context.h"
#include "src/boot/commands.h"
#include "src/boot/execute.h"

namespace kedge::boot::test {

inline std::string text(StrView view) { return {view.data(), view.size()}; }
inline StrView view(const std::string& text) { return {text.data(), text.size()}; }

struct SessionFixture {
    explicit SessionFixture(fakes::BootContext& of) : fake(of), context(of.make()) {
        REQUIRE(session.start().ok());
    }

    /// Runs a line as if typed.
    Result<void> line(const std::string& commands) { return run_commands(session, view(commands)); }

    /// Runs a script with the magic put in front, from http://h/d/main.ipxe.
    Result<void> script(const std::string& body) {
        Image* image = session.images.create().value();
        REQUIRE(image->set_name("main.ipxe").ok());
        REQUIRE(image->set_uri("http://h/d/main.ipxe").ok());
        REQUIRE(image->assign(view("#!ipxe\n" + body).bytes()).ok());
        image->auto_free = true;
        return execute(session, *image);
    }

    std::string get(const std::string& setting) {
        const Result<String> value = session.settings.get(view(setting));
        return value.ok() ? text(*value) : "<none>";
    }
    std::string output() { return fake.console.take(); }

    fakes::BootContext& fake;
    Context context;
    Session session{context};
};

struct NoCards {
    fakes::BootContext fake;
};

/// A machine without a network card: files come from the fake fetcher all the same.
struct BootFixture : NoCards, SessionFixture {
    BootFixture() : SessionFixture(NoCards::fake) {}
    using NoCards::fake;
};

}  // namespace kedge::boot::test
