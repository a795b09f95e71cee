#pragma once

#include "mammo/core/file.hpp"
#include "mammo/eval/roc.hpp"
#include "tests/support/files.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace mammo::test {

using Json = nlohmann::json;

// The part of eval.json that goes by a name.
inline Json recorded(const char* name) {
  return Json::parse(read_text(golden("eval/eval.json"))).at(name);
}

// The recorded cases, with the scores under that name.
inline std::vector<eval::ScoredCase> cases_of(const Json& recorded, const char* scores = "scores") {
  std::vector<eval::ScoredCase> cases;
  for (std::size_t i = 0; i < recorded.at("truths").size(); ++i) {
    cases.push_back(
        {.score = recorded.at(scores)[i].get<double>(), .positive = recorded.at("truths")[i] == 1});
  }
  return cases;
}

inline std::vector<double> doubles(const Json& array) {
  return array.get<std::vector<double>>();
}

// Equal to 1e-9, which is far below the 1e-6 that is asked for.
inline void check_close(const std::vector<double>& actual, const std::vector<double>& expected) {
  REQUIRE(actual.size() == expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    INFO(i);
    CHECK(actual[i] == Approx(expected[i]).epsilon(0).margin(1e-9));
  }
}

inline void check_close(double actual, const Json& expected) {
  CHECK(actual == Approx(expected.get<double>()).epsilon(0).margin(1e-9));
}

} // namespace mammo::test
