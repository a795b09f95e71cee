#include "mammo/backend/dispatch.hpp"
#include "mammo/core/file.hpp"
#include "tests/ops/op_case.hpp"
#include "tests/support/files.hpp"

#include <cmath>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace mammo;
using nlohmann::json;

namespace {

// As record() of tests/goldens/ops/record_ops.py takes them.
constexpr std::size_t samples = 64;

double value_of(const json& number) {
  return number.is_null() ? NAN : number.get<double>();
}

bool near(double value, double expected, double tolerance, double scale) {
  if (std::isnan(value) || std::isnan(expected)) return std::isnan(value) && std::isnan(expected);
  return std::fabs(value - expected) <= tolerance * std::max(scale, std::fabs(expected));
}

void check_output(const Tensor& output, const json& golden, double tolerance) {
  CHECK(output.shape() == Dims(golden.at("shape").get<std::vector<std::int64_t>>()));
  const Tensor wide = output.plain().to(DType::f64);
  const auto y = wide.data<double>();
  const std::size_t step = std::max<std::size_t>(1, (y.size() + samples - 1) / samples);
  double sum = 0;
  double magnitude = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double value = std::isnan(y[i]) ? 0 : y[i];
    sum += value * test::hash(static_cast<std::uint32_t>(i), 12345) * 0x1p-32;
    magnitude += std::fabs(value);
    if (i % step != 0) continue;
    const double expected = value_of(golden.at("samples").at(i / step));
    if (!near(y[i], expected, tolerance, 0.01))
      FAIL_CHECK("element " << i << ": " << y[i] << ", expected " << expected);
  }
  CHECK(golden.at("samples").size() == (y.size() + step - 1) / step);
  CHECK(near(sum, value_of(golden.at("weighted_sum")), tolerance, magnitude));
}

} // namespace

TEST_CASE("reference gives what PyTorch gave on the same inputs") {
  const ExecutionScope scope({.backend = "reference"});
  std::size_t compared = 0;
  for (const auto& c : test::op_cases()) {
    if (!c.in_torch) continue;
    const json golden = json::parse(read_text(test::golden("ops/" + c.file + ".json")));
    INFO(c.title());
    for (const auto& [dtype, tolerance] : {std::pair(DType::f64, 1e-10), std::pair(DType::f32, 1e-5)}) {
      const auto outputs = dispatch(c.operation, c.inputs_as(dtype));
      REQUIRE(outputs.size() == golden.at(c.name).size());
      for (std::size_t i = 0; i < outputs.size(); ++i)
        check_output(outputs[i], golden.at(c.name).at(i), tolerance);
    }
    ++compared;
  }
  CHECK(compared > 90);
}
