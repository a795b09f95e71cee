#include "mammo/nn/onnx.hpp"

#include "mammo/core/error.hpp"
#include "nn/onnx_model.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace mammo::nn {
namespace {

using Integers = std::vector<std::int64_t>;

std::string onnx_name(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::relu: return "Relu";
  case UnaryKind::sigmoid: return "Sigmoid";
  case UnaryKind::exp: return "Exp";
  case UnaryKind::log: return "Log";
  case UnaryKind::sqrt: return "Sqrt";
  case UnaryKind::neg: return "Neg";
  case UnaryKind::abs: return "Abs";
  case UnaryKind::tanh: return "Tanh";
  case UnaryKind::gelu:
  case UnaryKind::silu: break; // made of several
  }
  throw NotImplemented("a unary operation without an ONNX name");
}

std::string onnx_name(BinaryKind kind) {
  switch (kind) {
  case BinaryKind::add: return "Add";
  case BinaryKind::subtract: return "Sub";
  case BinaryKind::multiply: return "Mul";
  case BinaryKind::divide: return "Div";
  case BinaryKind::maximum: return "Max";
  case BinaryKind::minimum: return "Min";
  }
  throw NotImplemented("a binary operation without an ONNX name");
}

std::string onnx_name(ReduceKind kind) {
  switch (kind) {
  case ReduceKind::sum: return "ReduceSum";
  case ReduceKind::mean: return "ReduceMean";
  case ReduceKind::max: return "ReduceMax";
  case ReduceKind::min: return "ReduceMin";
  }
  throw NotImplemented("a reduction without an ONNX name");
}

Integers integers(const Dims& dims) {
  return {dims.begin(), dims.end()};
}

Integers pair(Size2d size) {
  return {size.height, size.width};
}

Integers padding(Size2d before, Size2d after) {
  return {before.height, before.width, after.height, after.width};
}

// [from, to]: row j holds what the j-th of `from` elements gives to each of `to` windows' means.
Tensor window_means(std::int64_t from, std::int64_t to, DType dtype) {
  Tensor means = Tensor::zeros({from, to}, {.dtype = DType::f64});
  const auto values = means.mutable_data<double>();
  for (std::int64_t i = 0; i < to; ++i) {
    const std::int64_t begin = i * from / to;
    const std::int64_t end = ((i + 1) * from + to - 1) / to;
    for (std::int64_t j = begin; j < end; ++j) {
      values[static_cast<std::size_t>(j * to + i)] = 1 / static_cast<double>(end - begin);
    }
  }
  return means.to(dtype);
}

class Converter {
 public:
  explicit Converter(const Trace& trace) : trace_(trace), names_(trace.values.size()) {}

  OnnxModel convert() {
    for (const auto& output : trace_.outputs) taken_.insert(output.name);
    for (const std::size_t input : trace_.inputs) {
      const TraceValue& value = trace_.values[input];
      names_[input] = unique(value.name);
      model_.inputs.push_back({names_[input], value.spec.dtype, value.spec.shape});
    }
    for (step_ = 0; step_ < trace_.steps.size(); ++step_) {
      const std::string result =
          std::visit([&](const auto& call) { return std::visit(*this, call); }, trace_.steps[step_].call);
      names_[trace_.steps[step_].outputs[0]] = result;
    }
    name_outputs();
    return std::move(model_);
  }

  // One function a call: adds its nodes and returns the name of its result.

  std::string operator()(const Conv2d& op) {
    std::vector<std::string> inputs{in(0), in(1)};
    if (has(2)) inputs.push_back(in(2));
    std::string y = node("Conv", std::move(inputs),
                         {{"kernel_shape", Integers{shape(1)[2], shape(1)[3]}},
                          {"strides", pair(op.stride)},
                          {"pads", padding(op.padding, op.padding)},
                          {"dilations", pair(op.dilation)},
                          {"group", op.groups}});
    if (has(3)) y = node("Add", {y, in(3)});
    return activated(y, op.activation);
  }

  std::string operator()(const ConvTranspose2d& op) {
    const auto rest = [&](std::int64_t out, std::int64_t size, std::int64_t kernel, std::int64_t stride,
                          std::int64_t pad, std::int64_t dilation) {
      return out - ((size - 1) * stride - 2 * pad + dilation * (kernel - 1) + 1);
    };
    const Shape& x = shape(0);
    const Shape& w = shape(1);
    std::vector<std::string> inputs{in(0), in(1)};
    if (has(2)) inputs.push_back(in(2));
    return node("ConvTranspose", std::move(inputs),
                {{"kernel_shape", Integers{w[2], w[3]}},
                 {"strides", pair(op.stride)},
                 {"pads", padding(op.padding, op.padding)},
                 {"output_padding", Integers{rest(op.output.height, x[2], w[2], op.stride.height,
                                                  op.padding.height, op.dilation.height),
                                             rest(op.output.width, x[3], w[3], op.stride.width,
                                                  op.padding.width, op.dilation.width)}},
                 {"dilations", pair(op.dilation)},
                 {"group", op.groups}});
  }

  std::string operator()(const Linear& op) {
    if (shape(0).rank() == 2) {
      std::vector<std::string> inputs{in(0), in(1)};
      if (has(2)) inputs.push_back(in(2));
      return activated(node("Gemm", std::move(inputs), {{"transB", std::int64_t{1}}}), op.activation);
    }
    std::string y = node("MatMul", {in(0), transposed(1)});
    if (has(2)) y = node("Add", {y, in(2)});
    return activated(y, op.activation);
  }

  std::string operator()(const MatMul& op) {
    return node("MatMul", {op.transpose_a ? transposed(0) : in(0), op.transpose_b ? transposed(1) : in(1)});
  }

  std::string operator()(const BatchNorm& op) {
    const std::string y = node("BatchNormalization", {in(0), in(3), in(4), in(1), in(2)},
                               {{"epsilon", static_cast<float>(op.eps)}});
    return activated(y, op.activation);
  }

  // Opset 17 has no group norm: each group becomes a channel, which is normalised by itself.
  std::string operator()(const GroupNorm& op) {
    check_only_first_result();
    const Shape& x = shape(0);
    const DType dtype = spec(0).dtype;
    const std::string groups = reshaped(in(0), {x[0], op.groups, -1});
    const std::string normed = node("InstanceNormalization",
                                    {groups, constant(Tensor::full({op.groups}, 1, {.dtype = dtype}), "ones"),
                                     constant(Tensor::zeros({op.groups}, {.dtype = dtype}), "zeros")},
                                    {{"epsilon", static_cast<float>(op.eps)}});
    Integers one_a_channel(static_cast<std::size_t>(x.rank() - 1), 1);
    one_a_channel[0] = x[1];
    const std::string scaled = node("Mul", {reshaped(normed, integers(x)), reshaped(in(1), one_a_channel)});
    return node("Add", {scaled, reshaped(in(2), one_a_channel)});
  }

  std::string operator()(const LayerNorm& op) {
    check_only_first_result();
    return node("LayerNormalization", {in(0), in(1), in(2)},
                {{"axis", std::int64_t{-1}}, {"epsilon", static_cast<float>(op.eps)}});
  }

  std::string operator()(const Softmax& op) { return node("Softmax", {in(0)}, {axis(op.dim)}); }

  std::string operator()(const Pool2d& op) {
    std::vector<OnnxAttribute> attributes{{"kernel_shape", pair(op.kernel)},
                                          {"strides", pair(op.stride)},
                                          {"pads", padding(op.padding, op.padding)}};
    if (op.kind == PoolKind::max) {
      attributes.push_back({"dilations", pair(op.dilation)});
      return node("MaxPool", {in(0)}, std::move(attributes));
    }
    if (op.dilation != Size2d(1)) refuse("with dilation");
    attributes.push_back({"count_include_pad", std::int64_t{op.count_padding ? 1 : 0}});
    return node("AveragePool", {in(0)}, std::move(attributes));
  }

  std::string operator()(const AdaptivePool2d& op) {
    const bool is_max = op.kind == PoolKind::max;
    const Size2d from(shape(0)[2], shape(0)[3]);
    const Size2d to = op.output;
    if (to == Size2d(1)) return node(is_max ? "GlobalMaxPool" : "GlobalAveragePool", {in(0)});
    if (from.height % to.height == 0 && from.width % to.width == 0) {
      const Integers window{from.height / to.height, from.width / to.width};
      return node(is_max ? "MaxPool" : "AveragePool", {in(0)},
                  {{"kernel_shape", window}, {"strides", window}});
    }
    if (is_max) refuse("of maxima over windows of different sizes");
    const DType dtype = spec(0).dtype;
    const std::string columns =
        node("MatMul", {in(0), constant(window_means(from.width, to.width, dtype), "column_means")});
    const Tensor rows = window_means(from.height, to.height, dtype).transpose(0, 1).contiguous();
    return node("MatMul", {constant(rows, "row_means"), columns});
  }

  std::string operator()(const Interpolate2d& op) {
    const Shape& x = shape(0);
    const Integers sizes{x[0], x[1], op.output.height, op.output.width};
    if (op.mode == Interpolation::bilinear) {
      return node("Resize", {in(0), "", "", constant(sizes)},
                  {{"mode", std::string("linear")},
                   {"coordinate_transformation_mode",
                    std::string(op.align_corners ? "align_corners" : "half_pixel")}});
    }
    // Resize computes places in f32, which is exact for whole factors only.
    if (op.output.height % x[2] == 0 && op.output.width % x[3] == 0) {
      return node("Resize", {in(0), "", "", constant(sizes)},
                  {{"mode", std::string("nearest")},
                   {"coordinate_transformation_mode", std::string("asymmetric")},
                   {"nearest_mode", std::string("floor")}});
    }
    const std::string rows = picked(in(0), 2, x[2], op.output.height);
    return picked(rows, 3, x[3], op.output.width);
  }

  std::string operator()(const Unary& op) {
    const std::string x = in(0);
    if (op.kind == UnaryKind::silu) return node("Mul", {x, node("Sigmoid", {x})});
    if (op.kind != UnaryKind::gelu) return node(onnx_name(op.kind), {x});
    const std::string erf = node("Erf", {node("Mul", {x, scalar(std::sqrt(0.5))})});
    return node("Mul", {node("Mul", {x, scalar(0.5)}), node("Add", {erf, scalar(1)})});
  }

  std::string operator()(const Binary& op) {
    return activated(node(onnx_name(op.kind), {in(0), in(1)}), op.activation);
  }

  std::string operator()(const Reduce& op) {
    if (op.dims.rank() == 0) return node("Identity", {in(0)});
    const OnnxAttribute keep{"keepdims", std::int64_t{op.keep_dims ? 1 : 0}};
    if (op.kind == ReduceKind::sum) {
      return node("ReduceSum", {in(0), constant(integers(op.dims))}, {keep});
    }
    return node(onnx_name(op.kind), {in(0)}, {{"axes", integers(op.dims)}, keep});
  }

  std::string operator()(const ArgMax& op) {
    return node("ArgMax", {in(0)}, {axis(op.dim), {"keepdims", std::int64_t{0}}});
  }

  std::string operator()(const TopK& op) {
    const std::string values = node("TopK", {in(0), constant(Integers{op.k})}, {axis(-1)});
    OnnxNode& made = model_.nodes.back();
    made.outputs.push_back(unique(values + "_indices"));
    names_[trace_.steps[step_].outputs[1]] = made.outputs[1];
    return values;
  }

  std::string operator()(const Concat& op) {
    std::vector<std::string> inputs;
    for (std::size_t i = 0; i < trace_.steps[step_].inputs.size(); ++i) inputs.push_back(in(i));
    return node("Concat", std::move(inputs), {axis(op.dim)});
  }

  std::string operator()(const Pad& op) {
    Integers pads = integers(op.before);
    pads.insert(pads.end(), op.after.begin(), op.after.end());
    return node("Pad", {in(0), constant(pads), scalar(op.value)});
  }

  std::string operator()(const Gather& op) { return node("GatherElements", {in(0), in(1)}, {axis(op.dim)}); }

  std::string operator()(const ScatterAdd& op) {
    const std::string zeros = constant(Tensor::zeros(op.shape, {.dtype = spec(0).dtype}), "zeros");
    return node("ScatterElements", {zeros, in(1), in(0)}, {axis(op.dim), {"reduction", std::string("add")}});
  }

  std::string operator()(const Embedding&) { return node("Gather", {in(0), in(1)}, {axis(0)}); }

  std::string operator()(const Reshape& view) { return reshaped(in(0), integers(view.shape)); }
  std::string operator()(const Permute& view) {
    return node("Transpose", {in(0)}, {{"perm", integers(view.order)}});
  }
  std::string operator()(const Slice& view) {
    return node("Slice", {in(0), constant({view.start}), constant({view.stop}), constant({view.dim}),
                          constant({view.step})});
  }
  std::string operator()(const Select& view) {
    return node("Gather", {in(0), constant(Tensor::from<std::int64_t>({view.index}, {}), "index")},
                {axis(view.dim)});
  }
  std::string operator()(const Expand& view) {
    return node("Expand", {in(0), constant(integers(view.shape))});
  }

  template <class Other>
  std::string operator()(const Other&) {
    refuse("");
  }

 private:
  [[noreturn]] void refuse(const std::string& how) const {
    throw NotImplemented(
        concat("ONNX export: ", describe(trace_, step_), how.empty() ? "" : " ", how, " has no ONNX form"));
  }

  const TraceStep& step() const { return trace_.steps[step_]; }
  bool has(std::size_t input) const {
    return input < step().inputs.size() && step().inputs[input] != Trace::no_value;
  }
  const TensorSpec& spec(std::size_t input) const { return trace_.values[step().inputs[input]].spec; }
  const Shape& shape(std::size_t input) const { return spec(input).shape; }
  static OnnxAttribute axis(std::int64_t dim) { return {"axis", dim}; }

  // What norms give beside their result: ONNX's have other shapes, and nothing at inference looks at them.
  void check_only_first_result() const {
    const auto is_used = [&](std::size_t value) {
      const auto reads = [&](const TraceStep& other) {
        return std::ranges::find(other.inputs, value) != other.inputs.end();
      };
      return std::ranges::any_of(trace_.steps, reads) ||
             std::ranges::find(trace_.outputs, value, &Trace::Output::value) != trace_.outputs.end();
    };
    for (const std::size_t output : std::span(step().outputs).subspan(1)) {
      if (is_used(output)) refuse("whose statistics are used");
    }
  }

  std::string unique(const std::string& wanted) {
    std::string name = wanted;
    for (int i = 2; !taken_.insert(name).second; ++i) name = concat(wanted, '_', i);
    return name;
  }

  // The name of the step's input; weights become initializers when they are first used.
  std::string in(std::size_t input) {
    const std::size_t place = step().inputs[input];
    const TraceValue& value = trace_.values[place];
    if (names_[place].empty()) names_[place] = constant(value.tensor, value.name);
    return names_[place];
  }

  std::string constant(const Tensor& tensor, const std::string& wanted) {
    model_.initializers.push_back({unique(wanted), tensor.plain()});
    return model_.initializers.back().name;
  }

  std::string constant(const Integers& values) {
    std::string& name = integers_[values];
    if (name.empty()) {
      name = constant(Tensor::from(values, {static_cast<std::int64_t>(values.size())}), "integers");
    }
    return name;
  }

  std::string scalar(double value) {
    return constant(Tensor::full({}, value, {.dtype = spec(0).dtype}), "scalar");
  }

  std::string node(const std::string& op_type, std::vector<std::string> inputs,
                   std::vector<OnnxAttribute> attributes = {}) {
    const std::string name = unique(step().layer.empty() ? op_type : step().layer + '/' + op_type);
    model_.nodes.push_back({op_type, name, std::move(inputs), {name}, std::move(attributes)});
    return name;
  }

  std::string activated(const std::string& x, Activation activation) {
    return activation == Activation::relu ? node("Relu", {x}) : x;
  }

  std::string reshaped(const std::string& x, const Integers& to) {
    return node("Reshape", {x, constant(to)});
  }

  // The last two dimensions of an input exchanged; of a weight once.
  std::string transposed(std::size_t input) {
    const std::size_t place = step().inputs[input];
    std::string& name = transposed_[place];
    if (!name.empty()) return name;
    Integers order;
    for (int d = 0; d < shape(input).rank(); ++d) order.push_back(d);
    std::swap(order.at(order.size() - 1), order.at(order.size() - 2));
    return name = node("Transpose", {in(input)}, {{"perm", order}});
  }

  // Dimension `dim` of size `from` brought to `to` by taking the nearest before.
  std::string picked(const std::string& x, std::int64_t dim, std::int64_t from, std::int64_t to) {
    Integers places;
    for (std::int64_t i = 0; i < to; ++i) places.push_back(i * from / to);
    return node("Gather", {x, constant(places)}, {axis(dim)});
  }

  // Gives the results that leave the graph the names that they have outside.
  void name_outputs() {
    std::map<std::string, std::string> renamed;
    for (const auto& [name, value] : trace_.outputs) {
      const TraceValue& traced = trace_.values[value];
      model_.outputs.push_back({name, traced.spec.dtype, traced.spec.shape});
      if (traced.kind == ValueKind::result && !renamed.contains(names_[value])) {
        renamed[names_[value]] = name;
      } else {
        const std::string& from = traced.kind == ValueKind::result ? renamed[names_[value]] : names_[value];
        model_.nodes.push_back({"Identity", name, {from}, {name}, {}});
      }
    }
    for (OnnxNode& made : model_.nodes) {
      for (auto* names : {&made.inputs, &made.outputs}) {
        for (std::string& name : *names) {
          if (const auto found = renamed.find(name); found != renamed.end()) name = found->second;
        }
      }
    }
  }

  const Trace& trace_;
  std::vector<std::string> names_; // of the trace's values
  std::set<std::string> taken_;
  std::map<Integers, std::string> integers_;      // initializers, by contents
  std::map<std::size_t, std::string> transposed_; // by value
  std::size_t step_ = 0;
  OnnxModel model_;
};

} // namespace

OnnxModel to_onnx(const Trace& trace) {
  return Converter(trace).convert();
}

void export_onnx(const Trace& trace, const std::filesystem::path& path, const OnnxOptions& options) {
  OnnxModel model = to_onnx(trace);
  model.name = options.name;
  model.metadata = options.metadata;
  write_onnx(model, path);
}

} // namespace mammo::nn
