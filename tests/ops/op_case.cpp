#include "tests/ops/op_case.hpp"

#include "mammo/core/file.hpp"
#include "tests/ops/operation_reader.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace mammo::test {
namespace {

double element(const std::string& fill, std::uint32_t index, std::uint32_t seed) {
  const std::uint32_t h = hash(index, seed);
  const double unit = (h >> 8) * 0x1p-24;
  if (fill == "positive") return unit + 0.5;
  if (fill == "negative") return -(unit + 0.5);
  if (fill == "wide") return (unit * 2 - 1) * 8;
  if (fill == "huge") return (unit * 2 - 1) * 1000;
  if (fill == "far") return (h >> 18) * 0x1p-14 + 1000;
  if (fill == "unit") return unit;
  if (fill == "small") return h % 5;
  if (fill == "nan") return h % 7 == 0 ? std::numeric_limits<double>::quiet_NaN() : h % 5;
  if (fill == "boxes") {
    const auto eighths = [&](std::uint32_t at) { return (hash(at, seed) % 256) / 8.0; };
    const bool is_low = index % 4 < 2;
    const double low = 2 * eighths(is_low ? index : index - 2);
    return is_low ? low : low + 1 + eighths(index);
  }
  if (fill == "signed") return unit * 2 - 1;
  throw std::runtime_error("fill " + fill);
}

Tensor input(const Json& spec, std::uint32_t seed) {
  if (spec.is_null()) return {};
  Tensor t = Tensor::empty(dims(spec, "shape"), {.dtype = DType::f64});
  const auto fill = spec.value("fill", std::string("signed"));
  std::uint32_t index = 0;
  for (double& value : t.mutable_data<double>()) {
    if (spec.contains("values")) {
      const Json& given = spec.at("values").at(index++);
      value = given.is_null() ? std::numeric_limits<double>::quiet_NaN() : given.get<double>();
    } else if (fill == "index") {
      value = hash(index++, seed) % spec.at("bound").get<std::uint32_t>();
    } else {
      value = element(fill, index++, seed);
    }
  }
  return t.to(choice<DType>(
      spec, "dtype", {{"f64", DType::f64}, {"u8", DType::u8}, {"u16", DType::u16}, {"i64", DType::i64}}));
}

std::vector<OpCase> read_cases() {
  std::vector<OpCase> cases;
  for (const auto& [file, read] : operation_readers()) {
    const auto path = source_dir() / "tests/ops/cases" / (file + ".json");
    std::uint32_t number = 0;
    for (const Json& described : Json::parse(read_text(path))) {
      OpCase made{
          .file = file, .name = described.at("name").get<std::string>(), .operation = {}, .inputs = {}};
      std::uint32_t place = 0;
      for (const Json& spec : described.at("inputs")) {
        made.inputs.push_back(input(spec, number * 16 + ++place));
        made.has_own_dtype.push_back(spec.contains("dtype"));
      }
      const auto first = std::ranges::find_if(made.inputs, &Tensor::defined);
      made.operation = read(described.at("options"), first->shape());
      made.in_torch = described.value("torch", true);
      made.is_smooth = described.value("smooth", true);
      cases.push_back(std::move(made));
      ++number;
    }
  }
  return cases;
}

} // namespace

Tensor input_by_formula(const std::string& description, std::uint32_t seed) {
  return input(Json::parse(description), seed);
}

bool OpCase::is_integer() const {
  return inputs[0].defined() && !is_floating(inputs[0].dtype());
}

std::vector<Tensor> OpCase::inputs_as(DType dtype) const {
  std::vector<Tensor> converted;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    converted.push_back(inputs[i].defined() && !has_own_dtype[i] ? inputs[i].to(dtype) : inputs[i]);
  }
  return converted;
}

const std::vector<OpCase>& op_cases() {
  static const std::vector<OpCase> cases = read_cases();
  return cases;
}

std::uint32_t hash(std::uint32_t index, std::uint32_t seed) {
  std::uint32_t x = index + seed * 0x9E3779B9u;
  x = (x ^ x >> 16) * 0x85EBCA6Bu;
  x = (x ^ x >> 13) * 0xC2B2AE35u;
  return x ^ x >> 16;
}

} // namespace mammo::test
