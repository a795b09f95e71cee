#include "mammo/core/isa.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

namespace {

// What a process of its own says with MAMMO_MAX_ISA set so: the library reads it once.
std::string isa_under(const std::string& setting) {
  const std::string command = "MAMMO_MAX_ISA='" + setting + "' " + PRINT_ISA + " 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> output(popen(command.c_str(), "r"), pclose);
  REQUIRE(output);
  std::string text;
  std::array<char, 256> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), output.get()) != nullptr) text += buffer.data();
  return text;
}

} // namespace

TEST_CASE("MAMMO_MAX_ISA caps the instruction set") {
  const std::string widest = isa_under("");
  CHECK(isa_under("BASELINE") == "baseline\n");
  CHECK(isa_under("AVX512") == widest);
  CHECK(isa_under("AVX2") == (widest == "avx512\n" ? "avx2\n" : widest));
}

TEST_CASE("an unknown MAMMO_MAX_ISA is ignored with a warning") {
  const std::string said = isa_under("SSE9");
  CHECK(said.find("MAMMO_MAX_ISA=SSE9 ignored") != std::string::npos);
  CHECK(said.ends_with(isa_under("")));
}

TEST_CASE("every instruction set has a name") {
  CHECK(mammo::name(mammo::Isa::baseline) == "baseline");
  CHECK(mammo::name(mammo::Isa::avx2) == "avx2");
  CHECK(mammo::name(mammo::Isa::avx512) == "avx512");
}
