#include "mammo/core/memory.hpp"
#include "mammo/core/random.hpp"
#include "mammo/nn/safetensors.hpp"
#include "tests/support/files.hpp"

#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>

using namespace mammo;
using test::TemporaryFolder;

namespace {

std::string with_length(std::uint64_t length, const std::string& rest) {
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes + rest;
}

std::string file_of(const std::string& header, std::size_t data_bytes) {
  return with_length(header.size(), header + std::string(data_bytes, '\1'));
}

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// Reads everything; true where nothing was wrong.
bool reads(const std::filesystem::path& path) {
  try {
    const nn::SafeTensors file(path);
    for (const auto& [name, tensor] : file.tensors()) {
      std::size_t sum = 0;
      for (std::size_t i = 0; i < tensor.storage()->bytes(); ++i) {
        sum += std::to_integer<std::size_t>(tensor.storage()->data()[i]);
      }
      static_cast<void>(sum);
    }
    return true;
  } catch (const FileError&) {
    return false;
  }
}

std::string refusal(const std::string& bytes) {
  const TemporaryFolder folder;
  const auto path = folder / "hostile.safetensors";
  write(path, bytes);
  try {
    nn::SafeTensors(path).tensors();
  } catch (const FileError& error) {
    CHECK(error.path() == path.string());
    CHECK(error.reason().size() < 400);
    return error.reason();
  }
  return "accepted";
}

struct Hostile {
  std::string bytes;
  std::string reason; // part of what must be said
};

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"a":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

const std::string valid = entry(R"("F32")", "[2,2]", "[0,16]");

} // namespace

TEST_CASE("the file that the hostile ones are made from is good") {
  CHECK(refusal(file_of(valid, 16)) == "accepted");
}

TEST_CASE("safetensors files with a wrong frame are refused") {
  const Hostile hostile = GENERATE(values<Hostile>({
      {"", "0 bytes"},
      {"1234567", "7 bytes"},
      {with_length(0, ""), "does not start with {"},
      {with_length(UINT64_MAX, valid), "header length 18446744073709551615"},
      {with_length(std::uint64_t{1} << 63, valid), "header length 9223372036854775808"},
      {with_length(17 << 20, valid), "expected at most"},
      {with_length(valid.size() + 1, valid), "bytes follow"},
      {with_length(1, valid), "not JSON"},
      {file_of(valid, 15), "holds 15"},
      {file_of(valid, 17), "end at byte 16"},
      {file_of(" " + valid, 16), "does not start with {"},
      {file_of("[]", 0), "does not start with {"},
      {file_of("{} {}", 0), "not JSON"},
      {file_of("{\"\xff\":1}", 0), "not JSON"},
      {file_of("{\"a\0\":1}", 0), "not JSON"},
      {file_of("{" + std::string(1000000, '['), 0), "not JSON"},
      {file_of("{\"a\":" + std::string(1000000, '['), 0), "nested deeper"},
      {file_of(R"({"a":{"b":{"c":{"d":{}}}}})", 0), "nested deeper"},
  }));
  INFO(hostile.reason);
  CHECK(refusal(hostile.bytes).find(hostile.reason) != std::string::npos);
}

TEST_CASE("safetensors files with a wrong entry are refused") {
  const Hostile hostile = GENERATE(values<Hostile>({
      {R"({"a":1})", "no JSON object"},
      {R"({"a":{}})", "0 fields"},
      {R"({"a":{"dtype":"U8","shape":[],"offsets":[0,1]}})", "no data_offsets"},
      {R"({"a":{"dtype":"U8","shape":[],"data_offsets":[0,1],"more":1}})", "4 fields"},
      {R"({"a":{"dtype":"U8","dtype":"F32","shape":[],"data_offsets":[0,1]}})", "\"dtype\" twice"},
      {R"({"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[],"data_offsets":[1,2]}})",
       "\"a\" twice"},
      {R"({"__metadata__":{"k":"1","k":"2"}})", "\"k\" twice"},
      {R"({"__metadata__":[]})", "not a JSON object"},
      {R"({"__metadata__":{"k":1}})", "not a string"},
      {entry("1", "[]", "[0,1]"), "dtype is not a string"},
      {entry(R"("f32")", "[]", "[0,4]"), "has dtype \"f32\""},
      {entry(R"("I8")", "[]", "[0,1]"), "has dtype \"I8\""},
      {entry(R"("U8")", "1", "[0,1]"), "shape is not an array"},
      {entry(R"("U8")", "[1,1,1,1,1,1,1,1,1]", "[0,1]"), "shape is not an array of at most 8"},
      {entry(R"("U8")", "[-1]", "[0,1]"), "not an unsigned"},
      {entry(R"("U8")", "[1.0]", "[0,1]"), "not an unsigned"},
      {entry(R"("U8")", "[1e3]", "[0,1000]"), "not an unsigned"},
      {entry(R"("U8")", "[18446744073709551615]", "[0,1]"), "more than 63 bits"},
      {entry(R"("U8")", "[18446744073709551616]", "[0,1]"), "not an unsigned"},
      {entry(R"("U8")", "[4294967296,4294967296]", "[0,0]"), "63 bits"},
      {entry(R"("F32")", "[4611686018427387904]", "[0,0]"), "not its size"},
      {entry(R"("U8")", "[1]", "[0]"), "array of two"},
      {entry(R"("U8")", "[1]", "[0,1,2]"), "array of two"},
      {entry(R"("U8")", "[1]", "[1,0]"), "not its size"},
      {entry(R"("U8")", "[1]", "[0,2]"), "not its size"},
      {entry(R"("U8")", "[1]", "[9223372036854775807,9223372036854775808]"), "more than 63 bits"},
      {entry(R"("U8")", "[1]", "[1,2]"), "expected 0"},
  }));
  INFO(hostile.reason);
  CHECK(refusal(file_of(hostile.bytes, 4)).find(hostile.reason) != std::string::npos);
}

TEST_CASE("tensors that overlap, leave a gap or reach past the file are refused") {
  const auto two = [](const std::string& a, const std::string& b) {
    return R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + a +
           R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + b + "}}";
  };
  CHECK(refusal(file_of(two("[0,4]", "[4,8]"), 8)) == "accepted");
  CHECK(refusal(file_of(two("[4,8]", "[0,4]"), 8)) == "accepted");
  CHECK(refusal(file_of(two("[0,4]", "[3,7]"), 8)).find("overlap") != std::string::npos);
  CHECK(refusal(file_of(two("[0,4]", "[0,4]"), 8)).find("overlap") != std::string::npos);
  CHECK(refusal(file_of(two("[0,4]", "[5,9]"), 9)).find("gap") != std::string::npos);
  CHECK(refusal(file_of(two("[0,4]", "[4,8]"), 7)).find("holds 7") != std::string::npos);
}

TEST_CASE("a bool that is neither 0 nor 1 is refused when it is read") {
  CHECK(refusal(file_of(entry(R"("BOOL")", "[2]", "[0,2]"), 2)) == "accepted");
  std::string bytes = file_of(entry(R"("BOOL")", "[2]", "[0,2]"), 2);
  bytes.back() = 2;
  CHECK(refusal(bytes).find("other than 0 and 1") != std::string::npos);
}

TEST_CASE("what is no regular file is refused") {
  const TemporaryFolder folder;
  CHECK_FALSE(reads(folder.path()));
  CHECK_FALSE(reads(folder / "missing.safetensors"));
}

TEST_CASE("a huge shape in a small file takes no memory") {
  const MemoryScope scope;
  refusal(file_of(entry(R"("F32")", "[1000000000,1000000]", "[0,4000000000000000]"), 16));
  CHECK(scope.peak_bytes() < 1 << 20);
}

TEST_CASE("every truncation of a file is refused") {
  const TemporaryFolder folder;
  const std::string whole = read_text(test::golden("nn/python.safetensors"));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write(folder / "t.safetensors", whole.substr(0, length));
    INFO(length);
    REQUIRE_FALSE(reads(folder / "t.safetensors"));
  }
}

TEST_CASE("mutated files are read or refused, never worse", "[fuzz]") {
  const TemporaryFolder folder;
  const std::string whole = read_text(test::golden("nn/python.safetensors"));
  const std::string alphabet = "\"{}[],:0123456789-eE.\\ \t\xff_F";
  const std::size_t header = whole.find('}', whole.rfind("data_offsets"));
  Generator random(1);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = whole;
    const std::uint32_t edits = 1 + random.below(4);
    for (std::uint32_t i = 0; i < edits; ++i) {
      const std::size_t at = random.below(static_cast<std::uint32_t>(header));
      const char c = alphabet[random.below(static_cast<std::uint32_t>(alphabet.size()))];
      switch (random.below(4)) {
      case 0: bytes[at] = c; break;
      case 1: bytes.insert(at, 1, c); break;
      case 2: bytes.erase(at, 1 + random.below(20)); break;
      default: bytes[at] = static_cast<char>(random.below(256)); break;
      }
    }
    write(folder / "m.safetensors", bytes);
    if (!reads(folder / "m.safetensors")) ++refused;
  }
  // A changed byte in a tensor's name is still a good file; most other changes are not.
  CHECK(refused > 2000);
  CHECK(refused < 3000);
}
