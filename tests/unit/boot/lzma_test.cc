// The decoder against xz itself, and against damage.
#include "boot/lzma.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace kedge;

namespace {

using Buffer = std::vector<u8>;

/// Compresses with the xz program, as the build does.
Buffer compress(const Buffer& data) {
    char name[] = "/tmp/kedge-lzma-XXXXXX";
    const int fd = mkstemp(name);
    REQUIRE(fd >= 0);
    FILE* in = fdopen(fd, "wb");
    fwrite(data.data(), 1, data.size(), in);
    fclose(in);
    const std::string command =
        std::string("xz --format=raw --lzma1=lc=3,lp=0,pb=0 --stdout ") + name;
    FILE* out = popen(command.c_str(), "r");
    REQUIRE(out != nullptr);
    Buffer stream;
    for (int c = fgetc(out); c != EOF; c = fgetc(out)) stream.push_back(static_cast<u8>(c));
    REQUIRE(pclose(out) == 0);
    remove(name);
    return stream;
}

/// Text-like, random and far-repeating stretches.
Buffer sample(size_t size, unsigned seed) {
    std::mt19937 random(seed);
    Buffer data;
    while (data.size() < size) {
        switch (random() % 4) {
            case 0:
                for (int i = 0; i < 200; ++i) data.push_back(static_cast<u8>(random()));
                break;
            case 1:
                for (int i = 0; i < 500; ++i) data.push_back("kedge boots "[i % 12]);
                break;
            case 2:
                data.insert(data.end(), 3000, static_cast<u8>(random()));
                break;
            default:
                if (data.empty()) break;
                const size_t from = random() % data.size();
                for (size_t i = 0; i < 700; ++i) data.push_back(data[from + i % 64]);
        }
    }
    data.resize(size);
    return data;
}

Result<void> decode(const Buffer& stream, Buffer& out) {
    const auto model = std::make_unique<boot::LzmaModel>();
    return boot::lzma_decode(stream, out, *model);
}

}  // namespace

TEST_CASE("lzma: what xz packed comes back", "[lzma]") {
    for (const size_t size : {1, 2, 3, 100, 5000, 300'000}) {
        const Buffer data = sample(size, static_cast<unsigned>(size));
        Buffer out(size);
        REQUIRE(decode(compress(data), out).ok());
        REQUIRE(out == data);
    }
}

TEST_CASE("lzma: a truncated stream is an error, at any place", "[lzma]") {
    const Buffer data = sample(4000, 7);
    const Buffer stream = compress(data);
    for (size_t size = 0; size + 12 < stream.size(); size += 1 + size / 40) {
        // An exact copy, so that the sanitizer sees a read behind its end.
        const Buffer part(stream.begin(), stream.begin() + static_cast<ptrdiff_t>(size));
        Buffer out(data.size());
        REQUIRE_FALSE(decode(part, out).ok());
    }
}

TEST_CASE("lzma: a stream that ends before the output is full is an error", "[lzma]") {
    const Buffer data = sample(4000, 8);
    Buffer out(data.size() + 1);
    REQUIRE(decode(compress(data), out).error() == Error::bad_format);
}

TEST_CASE("lzma: damaged streams never leave the buffers", "[lzma]") {
    const Buffer data = sample(6000, 9);
    const Buffer stream = compress(data);
    std::mt19937 random(1);
    for (int round = 0; round < 2000; ++round) {
        Buffer damaged = stream;
        for (int i = 0; i < 3; ++i) {
            damaged[random() % damaged.size()] = static_cast<u8>(random());
        }
        Buffer out(random() % 2 == 0 ? data.size() : 100);
        const Result<void> result = decode(damaged, out);
        if (result.ok()) REQUIRE(out.size() <= data.size());  // damage it cannot see: CRC's job
    }
}

TEST_CASE("lzma: noise is survived", "[lzma]") {
    std::mt19937 random(2);
    for (int round = 0; round < 500; ++round) {
        Buffer noise(random() % 300);
        for (u8& byte : noise) byte = static_cast<u8>(random());
        Buffer out(10'000);
        static_cast<void>(decode(noise, out).ok());
    }
}

TEST_CASE("lzma: a match before the first byte is refused", "[lzma]") {
    // All ones after the first byte: every decision is 1, so the stream opens with a match.
    Buffer stream(64, 0xff);
    stream[0] = 0;
    Buffer out(100);
    REQUIRE(decode(stream, out).error() == Error::bad_format);
}
