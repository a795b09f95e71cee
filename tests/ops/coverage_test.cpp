#include "mammo/backend/dispatch.hpp"
#include "tests/ops/op_case.hpp"
#include "tests/support/skip.hpp"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

// What cpu and onednn together must do, without reference, in f32 and for every case of the operation: all
// that a detector runs through. An operation leaves this list only with a reason.
const std::set<std::string> fast_operations{"adaptive_pool2d",
                                            "batch_norm",
                                            "binary",
                                            "box_decode",
                                            "concat",
                                            "conv2d",
                                            "interpolate2d",
                                            "linear",
                                            "nms",
                                            "pad",
                                            "pool2d",
                                            "reduce",
                                            "softmax",
                                            "top_k",
                                            "unary",
                                            "conv_transpose2d",
                                            "conv_weight_gradient",
                                            "matmul"};

} // namespace

TEST_CASE("cpu and onednn together need no reference") {
  if (!find_backend("onednn")) test::skip("built without oneDNN, which has the convolutions");
  const ExecutionScope scope({.strict = true});
  for (const auto& c : test::op_cases()) {
    if (!fast_operations.contains(c.file) || c.is_integer()) continue;
    INFO(c.title());
    CHECK_NOTHROW(dispatch(c.operation, c.inputs_as(DType::f32)));
  }
}

TEST_CASE("every operation of the vocabulary has cases") {
  std::set<std::size_t> seen;
  for (const auto& c : test::op_cases()) {
    CHECK(name(c.operation) == c.file);
    seen.insert(c.operation.index());
  }
  CHECK(seen.size() == std::variant_size_v<Operation>);
}
