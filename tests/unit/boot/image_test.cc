#include "boot/image.h"

#include <catch2/catch.hpp>
#include <string>

#include "fakes/image_memory.h"

using namespace kedge;
using namespace kedge::boot;

namespace {

Parts parts_of(const std::string& text) { return Parts(StrView(text.data(), text.size()).bytes()); }
std::string text_of(const Image& image) {
    const StrView text = StrView::from(image.data());
    return {text.data(), text.size()};
}

}  // namespace

TEST_CASE("image: an announced size is allocated once and exactly") {
    fakes::ImageMemory memory;
    Image image(memory);
    REQUIRE(image.on_size(300'000).ok());
    CHECK(memory.used() == 300'000);
    for (int i = 0; i < 300; ++i) REQUIRE(image.on_data(parts_of(std::string(1000, 'x'))).ok());
    image.finish();
    CHECK(image.data().size() == 300'000);
    CHECK(memory.allocations == 1);
}

TEST_CASE("image: grows by doubling when no size is known, and gives the rest back") {
    fakes::ImageMemory memory;
    Image image(memory);
    std::string all;
    for (int i = 0; i < 1000; ++i) {
        const std::string piece(777, static_cast<char>('a' + i % 26));
        all += piece;
        REQUIRE(image.on_data(parts_of(piece)).ok());
    }
    CHECK(memory.allocations < 10);
    image.finish();
    CHECK(memory.used() == all.size());
    CHECK(text_of(image) == all);
}

TEST_CASE("image: parts are joined") {
    fakes::ImageMemory memory;
    Image image(memory);
    const std::string one = "abc", two = "de", three = "f";
    const Bytes rest[] = {StrView("de").bytes(), Bytes(), StrView("f").bytes()};
    REQUIRE(image.on_data(Parts(StrView("abc").bytes(), rest)).ok());
    CHECK(text_of(image) == "abcdef");
}

TEST_CASE("image: memory that is not there") {
    fakes::ImageMemory memory;
    memory.limit = 200'000;
    SECTION("announced") {
        Image image(memory);
        CHECK(image.on_size(200'001).error() == Error::no_memory);
        CHECK(image.on_size(UINT64_MAX).error() == Error::too_large);
        CHECK(image.data().empty());
    }
    SECTION("found out later: what is there stays") {
        Image image(memory);
        Result<void> taken;
        size_t got = 0;
        while (taken.ok()) {
            taken = image.on_data(parts_of(std::string(1000, 'x')));
            if (taken.ok()) got += 1000;
            REQUIRE(got <= memory.limit);
        }
        CHECK(taken.error() == Error::no_memory);
        CHECK(image.data().size() == got);
    }
    SECTION("more than was announced is taken if there is room") {
        Image image(memory);
        REQUIRE(image.on_size(10).ok());
        CHECK(image.on_data(parts_of(std::string(11, 'x'))).ok());
        CHECK(image.data().size() == 11);
    }
    CHECK(memory.used() == 0);
}

TEST_CASE("image: doubling falls back to what is needed") {
    fakes::ImageMemory memory;
    Image image(memory);
    REQUIRE(image.on_data(parts_of(std::string(64 * 1024, 'x'))).ok());
    memory.limit = 64 * 1024 + 64 * 1024 + 100;  // old and new block at once
    CHECK(image.on_data(parts_of(std::string(100, 'y'))).ok());
    CHECK(image.data().size() == 64 * 1024 + 100);
}

TEST_CASE("image: nothing at all") {
    fakes::ImageMemory memory;
    Image image(memory);
    REQUIRE(image.on_size(0).ok());
    REQUIRE(image.on_data({}).ok());
    image.finish();
    CHECK(image.data().empty());
    Image reserved(memory);
    REQUIRE(reserved.on_size(100).ok());
    reserved.finish();
    CHECK(memory.used() == 0);
}

TEST_CASE("image store") {
    fakes::ImageMemory memory;
    ImageStore store(memory);
    Image* a = store.create().value();
    Image* b = store.create().value();
    REQUIRE(a->set_name("same").ok());
    REQUIRE(b->set_name("same").ok());
    CHECK(store.find("same") == a);  // the first of a name wins
    CHECK(store.find("Same") == nullptr);
    CHECK(store.selected() == nullptr);
    store.select(a);
    store.select(b);
    CHECK(store.selected() == b);
    CHECK_FALSE(a->selected);

    store.detach(*a);
    CHECK(store.find("same") == b);
    store.release_all();
    CHECK(store.find("same") == nullptr);
    store.attach(*a);
    CHECK(store.find("same") == a);
}
