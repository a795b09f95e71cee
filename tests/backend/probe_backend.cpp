#include "tests/backend/probe_backend.hpp"

#include "mammo/backend/dispatch.hpp"

#include <algorithm>

namespace mammo::test {

class ProbePlan : public Plan {
 public:
  ProbePlan(const Probe& probe, const Signature& signature)
      : probe_(probe), outputs_(infer_outputs(signature.operation, signature.inputs)) {}

  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  std::size_t workspace_bytes() const override { return 100; }

  void run(std::span<const Tensor> inputs, std::span<Tensor> outputs, std::byte* workspace) const override {
    std::fill_n(workspace, 100, std::byte{0xee});
    probe_.layout_run_ = inputs[0].layout();
    for (Tensor& output : outputs) std::ranges::fill(output.mutable_data<float>(), probe_.answer_);
  }

 private:
  const Probe& probe_;
  std::vector<TensorSpec> outputs_;
};

void Probe::accept(std::function<bool(const Signature&)> accepts) {
  const std::scoped_lock lock(mutex_);
  accepts_ = std::move(accepts);
  asked_.clear();
  plans_made_ = 0;
}

std::vector<Layout> Probe::asked() const {
  const std::scoped_lock lock(mutex_);
  return asked_;
}

std::shared_ptr<const Plan> Probe::plan(const Signature& signature) const {
  const std::scoped_lock lock(mutex_);
  asked_.push_back(signature.inputs[0].layout);
  if (!accepts_ || !accepts_(signature)) return nullptr;
  ++plans_made_;
  return std::make_shared<ProbePlan>(*this, signature);
}

namespace {

struct Probes {
  Probe* first;
  Probe* second;
};

Probe* registered(const char* name, float answer) {
  auto probe = std::make_unique<Probe>(name, answer);
  Probe* kept = probe.get();
  register_backend(std::move(probe));
  return kept;
}

const Probes& probes() {
  static const Probes all = [] {
    Probe* first = registered("first probe", 1001);
    return Probes{first, registered("second probe", 1002)};
  }();
  return all;
}

void reset() {
  first_probe().accept({});
  second_probe().accept({});
  set_execution_options({});
  clear_plan_cache();
}

} // namespace

Probe& first_probe() {
  return *probes().first;
}
Probe& second_probe() {
  return *probes().second;
}

FreshDispatcher::FreshDispatcher() {
  reset();
}
FreshDispatcher::~FreshDispatcher() {
  reset();
  set_plan_cache_capacity(1024);
}

} // namespace mammo::test
