#include "nn/onnx_model.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "nn/protobuf.hpp"

#include <span>
#include <utility>

namespace mammo::nn {
namespace {

// Each function below writes the message of its name; the numbers are the fields' in onnx.proto3 of
// ONNX 1.12.

constexpr std::int64_t ir_version = 8; // the one that opset 17 came with

std::int64_t data_type(DType dtype) {
  switch (dtype) {
  case DType::f32: return 1;
  case DType::u8: return 2;
  case DType::u16: return 4;
  case DType::i32: return 6;
  case DType::i64: return 7;
  case DType::boolean: return 9;
  case DType::f16: return 10;
  case DType::f64: return 11;
  case DType::bf16: return 16;
  }
  throw TypeError("a dtype that ONNX lacks");
}

ProtobufMessage attribute_proto(const OnnxAttribute& attribute) {
  constexpr int type_field = 20;
  ProtobufMessage proto;
  proto.text(1, attribute.name);
  if (const auto* real = std::get_if<float>(&attribute.value)) {
    proto.real(2, *real);
    proto.integer(type_field, 1);
  } else if (const auto* integer = std::get_if<std::int64_t>(&attribute.value)) {
    proto.integer(3, *integer);
    proto.integer(type_field, 2);
  } else if (const auto* text = std::get_if<std::string>(&attribute.value)) {
    proto.text(4, *text);
    proto.integer(type_field, 3);
  } else {
    proto.integers(8, std::get<std::vector<std::int64_t>>(attribute.value));
    proto.integer(type_field, 7);
  }
  return proto;
}

ProtobufMessage node_proto(const OnnxNode& node) {
  ProtobufMessage proto;
  for (const std::string& input : node.inputs) proto.text(1, input);
  for (const std::string& output : node.outputs) proto.text(2, output);
  proto.text(3, node.name);
  proto.text(4, node.op_type);
  for (const OnnxAttribute& attribute : node.attributes) proto.message(5, attribute_proto(attribute));
  return proto;
}

// `tensor` is contiguous, and stays until the message is written.
ProtobufMessage tensor_proto(const std::string& name, const Tensor& tensor) {
  ProtobufMessage proto;
  proto.integers(1, {tensor.shape().begin(), tensor.shape().end()});
  proto.integer(2, data_type(tensor.dtype()));
  proto.text(8, name);
  const auto bytes = visit_dtype(tensor.dtype(), [&]<class T>() { return std::as_bytes(tensor.data<T>()); });
  proto.borrowed(9, bytes);
  return proto;
}

ProtobufMessage value_info_proto(const OnnxValueInfo& info) {
  ProtobufMessage shape;
  for (const std::int64_t size : info.shape) {
    ProtobufMessage dimension;
    dimension.integer(1, size);
    shape.message(1, std::move(dimension));
  }
  ProtobufMessage tensor_type;
  tensor_type.integer(1, data_type(info.dtype));
  tensor_type.message(2, std::move(shape));
  ProtobufMessage type;
  type.message(1, std::move(tensor_type));
  ProtobufMessage proto;
  proto.text(1, info.name);
  proto.message(2, std::move(type));
  return proto;
}

ProtobufMessage graph_proto(const OnnxModel& model) {
  ProtobufMessage proto;
  for (const OnnxNode& node : model.nodes) proto.message(1, node_proto(node));
  proto.text(2, model.name);
  for (const auto& [name, tensor] : model.initializers) proto.message(5, tensor_proto(name, tensor));
  for (const OnnxValueInfo& input : model.inputs) proto.message(11, value_info_proto(input));
  for (const OnnxValueInfo& output : model.outputs) proto.message(12, value_info_proto(output));
  return proto;
}

ProtobufMessage model_proto(const OnnxModel& model) {
  ProtobufMessage operators;
  operators.text(1, ""); // ONNX's own
  operators.integer(2, OnnxModel::opset);
  ProtobufMessage proto;
  proto.integer(1, ir_version);
  proto.text(2, "mammo");
  proto.text(3, MAMMO_VERSION);
  proto.message(7, graph_proto(model));
  proto.message(8, std::move(operators));
  for (const auto& [key, value] : model.metadata) {
    ProtobufMessage entry;
    entry.text(1, key);
    entry.text(2, value);
    proto.message(14, std::move(entry));
  }
  return proto;
}

} // namespace

void write_onnx(const OnnxModel& model, const std::filesystem::path& path) {
  constexpr std::size_t protobuf_limit = (std::size_t{1} << 31U) - 1;
  OnnxModel contiguous = model;
  for (NamedTensor& initializer : contiguous.initializers) initializer.tensor = initializer.tensor.plain();
  const ProtobufMessage proto = model_proto(contiguous);
  if (proto.size() > protobuf_limit) {
    throw FileError(path.string(), concat("would take ", proto.size(), " bytes, expected less than 2 GiB"));
  }
  AtomicFile file(path);
  proto.write_to(file);
  file.commit();
}

} // namespace mammo::nn
