#include "mammo/core/error.hpp"
#include "mammo/data/sampler.hpp"
#include "tests/data/numbers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::data;
using test::epoch_of;

namespace {

using Indices = std::vector<std::size_t>;

Indices flat_epoch(Sampler& sampler) {
  Indices all;
  for (const auto& batch : epoch_of(sampler))
    all.insert(all.end(), batch.indices.begin(), batch.indices.end());
  return all;
}

Indices counting(std::size_t n) {
  Indices all(n);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

} // namespace

TEST_CASE("sequential batches cover the examples in order, in every epoch") {
  Sampler sampler = Sampler::sequential(7, {.batch_size = 3});
  CHECK(sampler.batches_per_epoch() == 3);
  for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
    const auto batches = epoch_of(sampler);
    REQUIRE(batches.size() == 3);
    CHECK(batches[0].indices == Indices{0, 1, 2});
    CHECK(batches[1].indices == Indices{3, 4, 5});
    CHECK(batches[2].indices == Indices{6});
    CHECK(batches[1].at == SamplerState{epoch, 3});
  }
  CHECK(sampler.state() == SamplerState{3, 0});
}

TEST_CASE("drop_last leaves out the short batch and no other") {
  Sampler seven = Sampler::sequential(7, {.batch_size = 3, .drop_last = true});
  CHECK(seven.batches_per_epoch() == 2);
  CHECK(flat_epoch(seven) == counting(6));
  Sampler six = Sampler::sequential(6, {.batch_size = 3, .drop_last = true});
  CHECK(six.batches_per_epoch() == 2);
  CHECK(flat_epoch(six) == counting(6));
}

TEST_CASE("every epoch is shuffled in an order of its own, fixed by the seed") {
  Sampler a = Sampler::shuffled(50, {.batch_size = 8, .seed = 4});
  Sampler b = Sampler::shuffled(50, {.batch_size = 8, .seed = 4});
  Sampler other = Sampler::shuffled(50, {.batch_size = 8, .seed = 5});
  std::set<Indices> orders;
  for (int epoch = 0; epoch < 4; ++epoch) {
    Indices order = flat_epoch(a);
    CHECK(order == flat_epoch(b));
    orders.insert(order);
    orders.insert(flat_epoch(other));
    std::sort(order.begin(), order.end());
    CHECK(order == counting(50));
  }
  CHECK(orders.size() == 8);
}

TEST_CASE("all orders are equally likely") {
  Sampler sampler = Sampler::shuffled(3);
  std::map<Indices, int> counts;
  for (int epoch = 0; epoch < 6000; ++epoch) ++counts[flat_epoch(sampler)];
  CHECK(counts.size() == 6);
  // Standard deviation sqrt(6000 * 1/6 * 5/6) = 28.9.
  for (const auto& [order, count] : counts) CHECK(std::abs(count - 1000) < 5 * 28.9);
}

TEST_CASE("weighted draws come as often as their weights say") {
  const std::array weights{0.0, 1.0, 0.0, 2.0, 5.0, 0.0};
  const int n = 40000;
  Sampler sampler = Sampler::weighted(weights, n, {.batch_size = 64, .seed = 2});
  std::array<int, 6> counts{};
  for (const std::size_t index : flat_epoch(sampler)) ++counts.at(index);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double p = weights[i] / 8;
    CHECK(std::abs(counts[i] - n * p) <= 5 * std::sqrt(n * p * (1 - p))); // weight 0: never
  }
}

TEST_CASE("balanced weights draw every class equally often") {
  const std::vector<std::int64_t> labels{0, 0, 0, 0, 0, 0, 0, 7, 7, -1};
  const std::vector<double> weights = balanced_weights(labels);
  CHECK(weights[0] == 1.0 / 7);
  CHECK(weights[7] == 1.0 / 2);
  CHECK(weights[9] == 1.0);
  const int n = 9000;
  Sampler sampler = Sampler::weighted(weights, n);
  std::map<std::int64_t, int> counts;
  for (const std::size_t index : flat_epoch(sampler)) ++counts[labels[index]];
  // Standard deviation sqrt(9000 * 1/3 * 2/3) = 44.7.
  for (const std::int64_t label : {0, 7, -1}) CHECK(std::abs(counts[label] - n / 3) < 5 * 44.7);
}

TEST_CASE("a sampler restored at any place goes on as one that was never stopped") {
  const std::array weights{1.0, 3.0, 2.0, 0.5, 1.0, 1.0, 1.0};
  const BatchOptions options{.batch_size = 3, .seed = 11};
  for (const Sampler& fresh : {Sampler::sequential(7, options), Sampler::shuffled(7, options),
                               Sampler::weighted(weights, 8, options)}) {
    for (int stop = 0; stop < 12; ++stop) {
      Sampler uninterrupted = fresh;
      for (int i = 0; i < stop; ++i) uninterrupted.next();
      Sampler resumed = fresh;
      resumed.restore(uninterrupted.state());
      for (int i = 0; i < 10; ++i) {
        const auto expected = uninterrupted.next();
        const auto got = resumed.next();
        REQUIRE(got.has_value() == expected.has_value());
        if (got) CHECK(got->indices == expected->indices);
        CHECK(resumed.state() == uninterrupted.state());
      }
    }
  }
}

TEST_CASE("each place has a stream of chance of its own, apart from the shuffle's") {
  std::set<std::uint32_t> first_words;
  for (std::uint64_t epoch = 0; epoch < 10; ++epoch) {
    for (std::uint64_t position = 0; position < 10; ++position) {
      first_words.insert(example_generator(1, {epoch, position}).next_u32());
    }
    first_words.insert(Generator(1, epoch).next_u32());
  }
  first_words.insert(example_generator(2, {0, 0}).next_u32());
  CHECK(first_words.size() == 111); // 111 words of 2^32: two alike by chance once in 700,000
}

TEST_CASE("a sampler refuses what makes no batches") {
  CHECK_THROWS_WITH(Sampler::sequential(0), "sampler over 0 examples, expected 1 to 4294967295");
  CHECK_THROWS_AS(Sampler::shuffled(std::size_t{1} << 32), ArgumentError);
  CHECK_THROWS_WITH(Sampler::shuffled(3, {.batch_size = 0}), "batch size 0, expected at least 1");
  CHECK_THROWS_WITH(Sampler::shuffled(3, {.batch_size = 4, .drop_last = true}),
                    "no batch of 4 in an epoch of 3 examples with drop_last");

  constexpr double infinite = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(Sampler::weighted({}, 1), ArgumentError);
  CHECK_THROWS_AS(Sampler::weighted(std::array{1.0}, 0), ArgumentError);
  CHECK_THROWS_WITH(Sampler::weighted(std::array{1.0, -0.5}, 1),
                    "weight -0.5 of example 1, expected a finite number of at least 0");
  CHECK_THROWS_AS(Sampler::weighted(std::array{1.0, infinite}, 1), ArgumentError);
  CHECK_THROWS_AS(Sampler::weighted(std::array{std::nan("")}, 1), ArgumentError);
  CHECK_THROWS_WITH(Sampler::weighted(std::array{0.0, 0.0}, 1),
                    "sum of the weights 0, expected a finite number above 0");

  Sampler sampler = Sampler::sequential(5);
  CHECK_THROWS_WITH(sampler.restore({0, 6}), "sampler at example 6 of an epoch of 5");
  CHECK_THROWS_AS(sampler.restore({std::uint64_t{1} << 32, 0}), ArgumentError);
  CHECK(sampler.state() == SamplerState{0, 0});
}
