#include "mammo/app/printable.hpp"
#include "mammo/app/sha256.hpp"

#include <catch2/catch.hpp>

using mammo::app::is_utf8;
using mammo::app::printable;
using mammo::app::sha256;

TEST_CASE("SHA-256 gives the standard's examples") {
  // FIPS 180-4 examples, as published with the standard.
  CHECK(sha256(std::string_view("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256(std::string_view("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256(std::string_view("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("A name keeps to one line whatever it holds") {
  CHECK(printable("film 1.png") == "film 1.png");
  CHECK(printable("Aufnahme-\xC3\xA9\xE4\xB8\xAD\xF0\x9F\xA9\xBB.dcm") ==
        "Aufnahme-\xC3\xA9\xE4\xB8\xAD\xF0\x9F\xA9\xBB.dcm");
  CHECK(printable("a\nb\tc\x1b[2J\x7f") == "a\\nb\\tc\\x1b[2J\\x7f");
  CHECK(printable("\xC2\x9B") == "\\xc2\\x9b");          // a control character of Latin-1 in UTF-8
  CHECK(printable("\xC0\xAF") == "\\xc0\\xaf");          // overlong
  CHECK(printable("\xED\xA0\x80") == "\\xed\\xa0\\x80"); // a surrogate
  CHECK(printable("\xF5\x80\x80\x80") == "\\xf5\\x80\\x80\\x80");
  CHECK(printable("x\xE4\xB8") == "x\\xe4\\xb8"); // cut short
  CHECK(printable(std::string("a\0b", 3)) == "a\\x00b");
}

TEST_CASE("UTF-8 is told from other bytes") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("a\x1b\xC3\xA9\xE4\xB8\xAD\xF0\x9F\xA9\xBB"));
  CHECK_FALSE(is_utf8("caf\xE9"));
  CHECK_FALSE(is_utf8("\xED\xA0\x80"));
}
