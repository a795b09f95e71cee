#pragma once

#include "mammo/core/dtype.hpp"
#include "mammo/core/shape.hpp"
#include "mammo/nn/trace.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace mammo::nn {

// An ONNX model as plain structs, with the names of the format (https://onnx.ai/onnx/repo-docs/IR.html).

struct OnnxAttribute {
  std::string name;
  std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>> value;
};

/// Inputs and outputs by name; an input that is left out is empty.
struct OnnxNode {
  std::string op_type;
  std::string name;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<OnnxAttribute> attributes;
};

struct OnnxValueInfo {
  std::string name;
  DType dtype = DType::f32;
  Shape shape;
};

struct OnnxModel {
  static constexpr std::int64_t opset = 17;

  std::string name;
  std::vector<OnnxNode> nodes;
  std::vector<NamedTensor> initializers;
  std::vector<OnnxValueInfo> inputs;
  std::vector<OnnxValueInfo> outputs;
  std::map<std::string, std::string> metadata;
};

/// The steps of a trace as nodes. Throws NotImplemented, naming the operation and its layer, where one has no
/// ONNX form.
OnnxModel to_onnx(const Trace& trace);

/// Throws FileError where the file cannot be written, or would be larger than the 2 GiB that ONNX allows.
void write_onnx(const OnnxModel& model, const std::filesystem::path& path);

} // namespace mammo::nn
