#include "tests/ops/parity.hpp"

#include "mammo/backend/dispatch.hpp"
#include "mammo/core/memory.hpp"
#include "mammo/core/threads.hpp"
#include "tests/ops/op_case.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include <catch2/catch.hpp>

namespace mammo::test {
namespace {

constexpr Layout all_layouts[] = {Layout::row_major, Layout::channels_last, Layout::nChw8c, Layout::nChw16c};

// Layouts for the first picture and for the others beside it; weights stay row-major.
struct Layouts {
  Layout first = Layout::row_major;
  Layout others = Layout::row_major;
};

std::size_t first_input(const OpCase& c) {
  std::size_t i = 0;
  while (!c.inputs[i].defined()) ++i;
  return i;
}

bool is_other_picture(const OpCase& c, std::size_t i) {
  if (i == first_input(c) || !c.inputs[i].defined() || c.inputs[i].rank() != 4) return false;
  const bool has_weight =
      std::holds_alternative<Conv2d>(c.operation) || std::holds_alternative<ConvTranspose2d>(c.operation);
  return !(has_weight && i == 1);
}

std::vector<Layouts> layouts_for(const OpCase& c) {
  if (c.inputs[first_input(c)].rank() != 4) return {{}};
  bool has_others = false;
  for (std::size_t i = 0; i < c.inputs.size(); ++i) has_others = has_others || is_other_picture(c, i);
  std::vector<Layouts> all;
  for (const Layout first : all_layouts) {
    for (const Layout others : all_layouts) {
      if (has_others || others == Layout::row_major) all.push_back({first, others});
    }
  }
  return all;
}

std::vector<Tensor> laid_out(const OpCase& c, DType dtype, const Layouts& layouts) {
  std::vector<Tensor> inputs = c.inputs_as(dtype);
  Tensor& first = inputs[first_input(c)];
  if (first.rank() == 4) first = first.to(layouts.first);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (is_other_picture(c, i)) inputs[i] = inputs[i].to(layouts.others);
  }
  return inputs;
}

Signature signature_of(const OpCase& c, const std::vector<Tensor>& inputs) {
  Signature signature{.operation = c.operation, .inputs = {}, .threads = thread_count()};
  for (const Tensor& t : inputs) {
    if (t.defined()) {
      signature.inputs.push_back({t.shape(), t.dtype(), t.layout(), true});
    } else {
      signature.inputs.push_back({.shape = {}, .defined = false});
    }
  }
  return signature;
}

// Runs a plan on outputs and a workspace full of NaN, and looks at the bytes behind the workspace.
std::vector<Tensor> run_poisoned(const Plan& plan, const std::vector<Tensor>& inputs) {
  constexpr std::size_t guard = 256;
  std::vector<Tensor> outputs;
  for (const TensorSpec& spec : plan.outputs()) {
    Tensor output = Tensor::empty(spec.shape, {.dtype = spec.dtype, .layout = spec.layout});
    std::memset(output.storage()->mutable_data(), 0xff, output.storage()->bytes());
    outputs.push_back(output);
  }
  const std::size_t needed = plan.workspace_bytes();
  const auto workspace = memory::allocate(needed + guard);
  std::memset(workspace.get(), 0xff, needed + guard);
  announce_thread_count();
  plan.run(inputs, outputs, workspace.get());
  CHECK(std::all_of(workspace.get() + needed, workspace.get() + needed + guard,
                    [](std::byte b) { return b == std::byte{0xff}; }));
  return outputs;
}

bool padding_is_zero(const Tensor& t) {
  return t.layout() == Layout::row_major || same_bytes(t, t.to(Layout::row_major).to(t.layout()));
}

// What reference makes of a case's inputs, rounded to `dtype`, in f64. Once a case: it is slow.
const std::vector<Tensor>& expected_of(const OpCase& c, DType dtype) {
  static std::map<std::pair<std::string, DType>, std::vector<Tensor>> known;
  const auto [place, is_new] = known.try_emplace({c.title(), dtype});
  if (is_new) {
    const ExecutionScope scope({.backend = "reference"});
    std::vector<Tensor> inputs = c.inputs_as(dtype);
    for (Tensor& t : inputs) {
      if (t.defined() && t.dtype() == dtype) t = t.to(DType::f64);
    }
    place->second = dispatch(c.operation, inputs);
  }
  return place->second;
}

// One case on one backend in one setting; false where the backend has no plan for it.
bool check_case(const OpCase& c, const Backend& backend, DType dtype, const Layouts& layouts,
                double tolerance, ErrorTable& table) {
  const auto inputs = laid_out(c, dtype, layouts);
  const auto plan = backend.plan(signature_of(c, inputs));
  if (!plan) return false;
  INFO(c.title() << " on " << backend.name() << ", " << dtype << ", layouts " << layouts.first << " and "
                 << layouts.others << ", " << thread_count() << " threads");

  const std::vector<Tensor>& expected = expected_of(c, dtype);
  std::vector<Tensor> before;
  for (const Tensor& t : inputs) before.push_back(t.defined() ? t.clone() : t);

  const auto outputs = run_poisoned(*plan, inputs);
  REQUIRE(outputs.size() == expected.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const double error = largest_error(outputs[i], expected[i]);
    CHECK(error <= tolerance);
    CHECK(padding_is_zero(outputs[i]));
    table.add(c.file, std::string(backend.name()) + (dtype == DType::f64 ? " f64" : ""),
              c.file.ends_with("_gradient") ? "backward" : "forward", error);
  }
  for (int repeat = 0; repeat < 2; ++repeat) {
    const auto again = run_poisoned(*plan, inputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) CHECK(same_bytes(outputs[i], again[i]));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].defined()) CHECK(same_bytes(inputs[i], before[i]));
  }
  return true;
}

} // namespace

int check_parity(const Backend& backend, ErrorTable& table) {
  int runs = 0;
  for (const OpCase& c : op_cases()) {
    for (const Layouts& layouts : layouts_for(c)) {
      for (const int threads : {1, thread_budget()}) {
        const ThreadLease lease(threads);
        runs += check_case(c, backend, DType::f32, layouts, 1e-5, table);
        runs += check_case(c, backend, DType::f64, layouts, 1e-13, table);
        if (thread_budget() == 1) break;
      }
    }
  }
  return runs;
}

} // namespace mammo::test
