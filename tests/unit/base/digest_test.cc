// Digests against the vectors of RFC 1321 appendix A.5 and FIPS 180-4's examples, and what they
// leave out: messages around a block's end, and messages in pieces.
#include "base/digest.h"

#include <catch2/catch.hpp>
#include <string>

using namespace kedge;

namespace {

std::string hex(DigestAlgorithm algorithm, const std::string& message) {
    const Bytes bytes(reinterpret_cast<const u8*>(message.data()), message.size());
    const Text<80> text("{}", digest(algorithm, bytes));
    return {text.view().data(), text.size()};
}

}  // namespace

TEST_CASE("MD5 of the messages in RFC 1321", "[digest]") {
    const auto md5 = [](const char* text) { return hex(DigestAlgorithm::md5, text); };
    CHECK(md5("") == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(md5("a") == "0cc175b9c0f1b6a831c399e269772661");
    CHECK(md5("abc") == "900150983cd24fb0d6963f7d28e17f72");
    CHECK(md5("message digest") == "f96b697d7cb7938d525a2f31aaf161d0");
    CHECK(md5("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") ==
          "d174ab98d277d9f5a5611c2c9f419d9f");
    CHECK(md5("1234567890123456789012345678901234567890"
              "1234567890123456789012345678901234567890") == "57edf4a22be3c955ac49da2e2107b67a");
}

TEST_CASE("SHA-1 and SHA-256 of NIST's messages", "[digest]") {
    const std::string two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    CHECK(hex(DigestAlgorithm::sha1, "abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(hex(DigestAlgorithm::sha1, two_blocks) == "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    CHECK(hex(DigestAlgorithm::sha1, std::string(1'000'000, 'a')) ==
          "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    CHECK(hex(DigestAlgorithm::sha256, "") ==
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hex(DigestAlgorithm::sha256, "abc") ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex(DigestAlgorithm::sha256, two_blocks) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(hex(DigestAlgorithm::sha256, std::string(1'000'000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a message in pieces has the digest of the whole, wherever it is cut", "[digest]") {
    for (const DigestAlgorithm algorithm :
         {DigestAlgorithm::md5, DigestAlgorithm::sha1, DigestAlgorithm::sha256}) {
        for (size_t size : {54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 200}) {
            std::string message;
            for (size_t i = 0; i < size; ++i) message.push_back(static_cast<char>(i * 7));
            const std::string whole = hex(algorithm, message);
            for (size_t piece : {1, 3, 63, 64, 65}) {
                Digest pieces(algorithm);
                for (size_t at = 0; at < size; at += piece) {
                    pieces.update(StrView(message.data(), size).substr(at, piece));
                }
                const Text<80> text("{}", pieces.finish());
                CAPTURE(size, piece);
                REQUIRE(std::string(text.view().data(), text.size()) == whole);
            }
        }
    }
}

TEST_CASE("a length that ends a block is padded with a block of its own", "[digest]") {
    CHECK(hex(DigestAlgorithm::md5, std::string(56, 'a')) == "3b0c8ac703f828b04c6c197006d17218");
    CHECK(hex(DigestAlgorithm::sha1, std::string(64, 'a')) ==
          "0098ba824b5c16427bd7a1122a5a442a25ec644d");
    CHECK(hex(DigestAlgorithm::sha256, std::string(64, 'a')) ==
          "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}
