#include "mammo/backend/dispatch.hpp"
#include "mammo/core/error.hpp"

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

Tensor index(std::initializer_list<std::int64_t> values) {
  return Tensor::from(values, {static_cast<std::int64_t>(values.size())});
}

} // namespace

TEST_CASE("an index or a target outside is refused with its value and the bound, on every backend") {
  const Tensor row = Tensor::zeros({3});
  const Tensor table = Tensor::zeros({3, 2});
  const Tensor logits = Tensor::zeros({2, 4});
  const Tensor losses = Tensor::zeros({2});
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    INFO(backend);
    const auto run = [](const Operation& op, std::vector<Tensor> inputs) { return dispatch(op, inputs); };
    CHECK_THROWS_WITH(run(Gather{}, {row, index({0, 3})}),
                      "gather: index 3, expected at least 0 and below 3");
    CHECK_THROWS_WITH(run(Gather{}, {row, index({-1})}), "gather: index -1, expected at least 0 and below 3");
    CHECK_THROWS_AS(run(Gather{}, {Tensor::zeros({0}), index({0})}), ArgumentError);
    CHECK_THROWS_WITH(run(ScatterAdd{.dim = 0, .shape = {5}}, {row, index({0, 1, 5})}),
                      "scatter_add: index 5, expected at least 0 and below 5");
    CHECK_THROWS_WITH(run(Embedding{}, {table, index({2, 7})}),
                      "embedding: index 7, expected at least 0 and below 3");
    CHECK_THROWS_WITH(run(EmbeddingGradient{.rows = 2}, {table, index({1, 0, -3})}),
                      "embedding_gradient: index -3, expected at least 0 and below 2");
    CHECK_THROWS_WITH(run(CrossEntropy{}, {logits, index({0, 4})}),
                      "cross_entropy: target 4, expected at least 0 and below 4");
    CHECK_THROWS_WITH(run(CrossEntropyGradient{}, {logits, index({-1, 0}), losses}),
                      "cross_entropy_gradient: target -1, expected at least 0 and below 4");
    CHECK_THROWS_AS(run(CrossEntropy{}, {logits, index({0, INT64_MAX})}), ArgumentError);
    CHECK_THROWS_AS(run(Embedding{}, {table, index({INT64_MIN})}), ArgumentError);
  }
}
