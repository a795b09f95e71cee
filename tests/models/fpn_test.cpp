#include "mammo/models/fpn.hpp"
#include "mammo/nn/formula.hpp"
#include "tests/models/sampled.hpp"
#include "tests/support/files.hpp"

#include <catch2/catch.hpp>

using namespace mammo;
using models::ExtraLevels;
using models::Fpn;

namespace {

std::vector<Tensor> maps() {
  return {nn::formula_tensor("fpn.input.0", {1, 16, 25, 14}),
          nn::formula_tensor("fpn.input.1", {1, 24, 13, 7}),
          nn::formula_tensor("fpn.input.2", {1, 40, 7, 4})};
}

} // namespace

TEST_CASE("feature pyramids give what torchvision's give") {
  const auto [name, extra, levels] = GENERATE(
      table<std::string, ExtraLevels, std::size_t>({{"fpn_none", ExtraLevels::none, 3},
                                                    {"fpn_pool", ExtraLevels::pool, 4},
                                                    {"fpn_p6p7_on_p5", ExtraLevels::p6p7_on_p5, 5},
                                                    {"fpn_p6p7_on_c5", ExtraLevels::p6p7_on_c5, 5}}));
  Fpn fpn({.in_channels = {16, 24, 40}, .out_channels = 20, .extra_levels = extra});
  load_by_formula(fpn);
  const auto outputs = fpn.forward(maps());
  REQUIRE(outputs.size() == levels);
  CHECK(fpn.level_count() == levels);
  std::vector<test::Sampled> sampled;
  for (std::size_t i = 0; i < levels; ++i) sampled.push_back({concat(name, '.', i), outputs[i]});
  check_sampled(nn::SafeTensors(test::golden("models/fpn.safetensors")), sampled);
}

TEST_CASE("a feature pyramid refuses what does not fit") {
  CHECK_THROWS_AS(Fpn({.in_channels = {}}), ArgumentError);
  CHECK_THROWS_AS(Fpn({.in_channels = {8, 0}}), ArgumentError);
  Fpn fpn({.in_channels = {16, 24}, .out_channels = 8});
  load_by_formula(fpn);
  CHECK_THROWS_AS(fpn.forward(maps()), ShapeError);
}
