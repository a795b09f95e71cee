#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/core/random.hpp"
#include "tests/support/files.hpp"

#include <array>
#include <cmath>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace mammo;

namespace {
using Block = std::array<std::uint32_t, 4>;
using Key = std::array<std::uint32_t, 2>;
} // namespace

// The vectors published with Random123 (Salmon et al.), file kat_vectors, lines philox4x32 10.
TEST_CASE("Philox gives the published known answers") {
  CHECK(philox4x32(Block{0, 0, 0, 0}, Key{0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32(Block{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, Key{0xffffffff, 0xffffffff}) ==
        Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32(Block{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, Key{0xa4093822, 0x299f31d0}) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

// The Python script beside the file computes the same stream with an implementation of its own.
TEST_CASE("a seed gives the recorded numbers on every machine") {
  const auto golden = nlohmann::json::parse(read_text(test::golden("core/random.json")));
  for (const auto& stream : golden) {
    Generator words(stream.at("seed").get<std::uint64_t>(), stream.at("stream").get<std::uint64_t>());
    for (const auto& word : stream.at("words")) CHECK(words.next_u32() == word.get<std::uint32_t>());
    Generator uniform(stream.at("seed").get<std::uint64_t>(), stream.at("stream").get<std::uint64_t>());
    for (const auto& value : stream.at("uniform")) CHECK(uniform.uniform() == value.get<double>());
    Generator normal(stream.at("seed").get<std::uint64_t>(), stream.at("stream").get<std::uint64_t>());
    for (const auto& value : stream.at("normal")) {
      CHECK(normal.normal() == Approx(value.get<double>()).epsilon(1e-14).margin(1e-15));
    }
  }
}

TEST_CASE("seeking returns to any position") {
  Generator g(7);
  for (int i = 0; i < 5; ++i) g.next_u32();
  const auto position = g.position();
  const auto next = g.next_u32();
  g.normal();
  g.seek(position);
  CHECK(g.next_u32() == next);
  Generator far(7);
  far.seek(std::uint64_t{1} << 40);
  CHECK(far.next_u32() == philox4x32(Block{0, 1u << 6, 0, 0}, Key{7, 0})[0]);
}

TEST_CASE("streams of one seed differ") {
  Generator a(1, 0);
  Generator b(1, 1);
  int same = 0;
  for (int i = 0; i < 100; ++i) same += a.next_u32() == b.next_u32();
  CHECK(same == 0);
}

TEST_CASE("below is uniform and in range") {
  Generator g(3);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60000; ++i) ++counts[g.below(6)];
  // Standard deviation sqrt(60000 * 1/6 * 5/6) = 91.
  for (const int count : counts) CHECK(std::abs(count - 10000) < 5 * 91);
  CHECK(g.below(1) == 0);
  CHECK_THROWS_AS(g.below(0), ArgumentError);
}

TEST_CASE("uniform numbers have the moments of the uniform distribution") {
  Generator g(11);
  const int n = 200000;
  double sum = 0;
  double squares = 0;
  double least = 1;
  double most = 0;
  for (int i = 0; i < n; ++i) {
    const double u = g.uniform();
    sum += u;
    squares += u * u;
    least = std::min(least, u);
    most = std::max(most, u);
  }
  CHECK(sum / n == Approx(0.5).margin(5 * std::sqrt(1.0 / 12 / n)));
  CHECK(squares / n == Approx(1.0 / 3).margin(5 * std::sqrt(4.0 / 45 / n)));
  CHECK(least >= 0);
  CHECK(most < 1);
}

TEST_CASE("normal numbers have the moments and tails of the normal distribution") {
  Generator g(5);
  const int n = 400000;
  std::array<double, 4> moments{};
  int beyond_two = 0;
  for (int i = 0; i < n; ++i) {
    const double z = g.normal();
    double power = 1;
    for (double& moment : moments) moment += (power *= z) / n;
    beyond_two += std::fabs(z) > 1.959963984540054;
  }
  // Standard errors of the first four raw moments: sqrt of (1, 2, 15, 96) / n.
  CHECK(moments[0] == Approx(0).margin(5 * std::sqrt(1.0 / n)));
  CHECK(moments[1] == Approx(1).margin(5 * std::sqrt(2.0 / n)));
  CHECK(moments[2] == Approx(0).margin(5 * std::sqrt(15.0 / n)));
  CHECK(moments[3] == Approx(3).margin(5 * std::sqrt(96.0 / n)));
  CHECK(beyond_two == Approx(0.05 * n).margin(5 * std::sqrt(0.05 * 0.95 * n)));
}

TEST_CASE("random tensors are filled from the generator in order") {
  Generator a(9);
  Generator b(9);
  const Tensor u = random_uniform({2, 3}, -1, 3, a);
  for (const float value : u.data<float>()) CHECK(value == static_cast<float>(b.uniform(-1, 3)));
  const Tensor z = random_normal({4}, 10, 0.5, a);
  for (const float value : z.data<float>()) CHECK(value == static_cast<float>(10 + 0.5 * b.normal()));
}

TEST_CASE("seed, stream and position are the whole state of a generator") {
  Generator generator(0x123456789abcdef0u, 42);
  for (int i = 0; i < 7; ++i) generator.next_u32();
  Generator again(generator.seed(), generator.stream());
  again.seek(generator.position());
  CHECK(again.seed() == 0x123456789abcdef0u);
  CHECK(again.next_u32() == generator.next_u32());
}
