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

void PrimitivePlan::bind_input(int argument, std::size_t index, const Desc& given, const Desc& wanted) {
  Binding binding{Role::input, argument, index, given, wanted, {}, 0, {}};
  if (given != wanted) {
    binding.reorder = make_reorder(given, wanted);
    binding.offset = reordered_bytes_;
    reordered_bytes_ += aligned(wanted.get_size());
  }
  bindings_.push_back(std::move(binding));
}

void PrimitivePlan::bind_weight(int argument, std::size_t index, const Desc& given, const Desc& wanted) {
  Binding binding{Role::weight, argument, index, given, wanted, {}, 0, {}};
  if (given != wanted) {
    binding.reorder = make_reorder(given, wanted);
    binding.key = "onednn " + key_of(given) + key_of(wanted);
  }
  bindings_.push_back(std::move(binding));
}

void PrimitivePlan::bind_output(int argument, std::size_t index, const Desc& desc) {
  bindings_.push_back({Role::output, argument, index, desc, desc, {}, 0, {}});
}

dnnl::memory PrimitivePlan::bind(const Binding& binding, std::span<const Tensor> inputs,
                                 std::span<Tensor> outputs, std::byte* workspace) const {
  if (binding.role == Role::output) return over(binding.wanted, outputs[binding.index].mutable_raw<float>());
  const Tensor& tensor = inputs[binding.index];
  dnnl::memory given = over(binding.given, tensor.raw<float>());
  if (!binding.reorder) return given;

  const auto reorder_into = [&](std::byte* bytes) {
    const dnnl::memory wanted = over(binding.wanted, bytes);
    binding.reorder.execute(stream(), {{DNNL_ARG_FROM, given}, {DNNL_ARG_TO, wanted}});
    return wanted;
  };
  if (binding.role == Role::input) return reorder_into(workspace + binding.offset);

  // Several weights may be slices of one storage: the address tells them apart.
  const StorageStamp stamp = tensor.stamp();
  const auto offset = reinterpret_cast<const std::byte*>(tensor.raw<float>()) - tensor.storage()->data();
  const auto packed =
      tensor.storage()->derived<std::byte>(binding.key + std::to_string(offset), {&stamp, 1}, [&] {
        std::shared_ptr<std::byte> bytes = memory::allocate(binding.wanted.get_size());
        reorder_into(bytes.get());
        return bytes;
      });
  return over(binding.wanted, reinterpret_cast<const float*>(packed.get()));
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
    stream().wait();
  } catch (const dnnl::error& error) {
    throw Error(concat("onednn ", operation_, ": ", error.what(), " (status ", error.status, ")"));
  }
}

} // namespace mammo::onednn
