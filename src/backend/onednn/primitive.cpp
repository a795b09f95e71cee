#include "backend/onednn/primitive.hpp"

#include "backend/onednn/threads.hpp"
#include "mammo/core/memory.hpp"

#include <unordered_map>

namespace mammo::onednn {
namespace {

using Desc = dnnl::memory::desc;

std::size_t aligned(std::size_t bytes) {
  return (bytes + memory::alignment - 1) / memory::alignment * memory::alignment;
}

dnnl::stream& stream() {
  thread_local dnnl::stream instance(engine());
  return instance;
}

dnnl::primitive make_reorder(const Desc& from, const Desc& to) {
  return dnnl::reorder(dnnl::reorder::primitive_desc(engine(), from, engine(), to));
}

// The library's memory objects have no read-only kind; what is bound as an input is only read.
dnnl::memory over(const Desc& desc, const float* elements) {
  return {desc, engine(), const_cast<float*>(elements)};
}
dnnl::memory over(const Desc& desc, std::byte* bytes) {
  return {desc, engine(), bytes};
}

dnnl::memory reordered(const dnnl::primitive& reorder, dnnl::memory from, const dnnl::memory& to) {
  reorder.execute(stream(), {{DNNL_ARG_FROM, std::move(from)}, {DNNL_ARG_TO, to}});
  return to;
}

} // namespace

const dnnl::engine& engine() {
  static const dnnl::engine* instance = new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return *instance;
}

dnnl::primitive_attr attributes() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

bool is_plain_loop(const dnnl::primitive_desc_base& primitive) {
  return std::string_view(primitive.impl_info_str()).find("ref") != std::string_view::npos;
}

PrimitivePlan::PrimitivePlan(const dnnl::primitive_desc_base& primitive, const Signature& signature,
                             std::vector<TensorSpec> outputs)
    : primitive_(primitive.get()),
      scratchpad_(primitive.scratchpad_desc()),
      outputs_(std::move(outputs)),
      operation_(name(signature.operation)),
      threads_(signature.threads) {}

void PrimitivePlan::add(Role role, int argument, std::size_t index, const Desc& tensor,
                        const Desc& primitive) {
  Binding binding{role, argument, index, tensor, primitive, {}, 0, {}};
  if (tensor != primitive) {
    binding.reorder =
        role == Role::output ? make_reorder(primitive, tensor) : make_reorder(tensor, primitive);
    if (role == Role::weight) {
      binding.key = "onednn " + key_of(tensor) + key_of(primitive);
    } else {
      binding.offset = reordered_bytes_;
      reordered_bytes_ += aligned(primitive.get_size());
    }
  }
  bindings_.push_back(std::move(binding));
}

void PrimitivePlan::bind_input(int argument, std::size_t index, const Desc& given, const Desc& wanted) {
  add(Role::input, argument, index, given, wanted);
}

void PrimitivePlan::bind_weight(int argument, std::size_t index, const Desc& given, const Desc& wanted,
                                bool keep_packed) {
  add(keep_packed ? Role::weight : Role::input, argument, index, given, wanted);
}

void PrimitivePlan::bind_output(int argument, std::size_t index, const Desc& written, const Desc& wanted) {
  add(Role::output, argument, index, wanted, written);
}

// What the primitive is to read or write for a binding, reordered already where it is an input.
dnnl::memory PrimitivePlan::bind(const Binding& binding, std::span<const Tensor> inputs,
                                 std::span<Tensor> outputs, std::byte* workspace) const {
  if (binding.role == Role::output) {
    if (binding.reorder) return over(binding.primitive, workspace + binding.offset);
    return over(binding.primitive, outputs[binding.index].mutable_raw<float>());
  }
  const Tensor& tensor = inputs[binding.index];
  if (!binding.reorder) return over(binding.primitive, tensor.raw<float>());
  if (binding.role == Role::weight) return packed(binding, tensor);
  return reordered(binding.reorder, over(binding.tensor, tensor.raw<float>()),
                   over(binding.primitive, workspace + binding.offset));
}

// Several weights may be slices of one storage: the address tells them apart.
dnnl::memory PrimitivePlan::packed(const Binding& binding, const Tensor& weight) const {
  const StorageStamp stamp = weight.stamp();
  const auto offset = reinterpret_cast<const std::byte*>(weight.raw<float>()) - weight.storage()->data();
  const auto bytes =
      weight.storage()->derived<std::byte>(binding.key + std::to_string(offset), {&stamp, 1}, [&] {
        std::shared_ptr<std::byte> made = memory::allocate(binding.primitive.get_size());
        reordered(binding.reorder, over(binding.tensor, weight.raw<float>()),
                  over(binding.primitive, made.get()));
        return made;
      });
  return over(binding.primitive, reinterpret_cast<const float*>(bytes.get()));
}

void PrimitivePlan::run(std::span<const Tensor> inputs, std::span<Tensor> outputs,
                        std::byte* workspace) const {
  const LibraryThreads threads(threads_);
  try {
    std::unordered_map<int, dnnl::memory> arguments;
    for (const Binding& binding : bindings_) {
      arguments.emplace(binding.argument, bind(binding, inputs, outputs, workspace));
    }
    if (scratchpad_.get_size() > 0) {
      arguments.emplace(DNNL_ARG_SCRATCHPAD, over(scratchpad_, workspace + reordered_bytes_));
    }
    primitive_.execute(stream(), arguments);
    for (const Binding& binding : bindings_) {
      if (binding.role != Role::output || !binding.reorder) continue;
      reordered(binding.reorder, arguments.at(binding.argument),
                over(binding.tensor, outputs[binding.index].mutable_raw<float>()));
    }
    stream().wait();
  } catch (const dnnl::error& error) {
    throw Error(concat("onednn ", operation_, ": ", error.what(), " (status ", error.status, ")"));
  }
}

} // namespace mammo::onednn
