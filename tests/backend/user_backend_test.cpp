#include "mammo/backend/dispatch.hpp"
#include "mammo/core/error.hpp"

#include <array>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

// What somebody who adds a backend writes: one operation, here sigmoid by the cheap x / (1 + |x|).
class SoftSignPlan : public Plan {
 public:
  explicit SoftSignPlan(const TensorSpec& x) : outputs_{x} {}

  const std::vector<TensorSpec>& outputs() const override { return outputs_; }

  void run(std::span<const Tensor> inputs, std::span<Tensor> outputs, std::byte*) const override {
    const auto x = inputs[0].data<float>();
    const auto y = outputs[0].mutable_data<float>();
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = 0.5F + 0.5F * x[i] / (1 + (x[i] < 0 ? -x[i] : x[i]));
  }

 private:
  std::vector<TensorSpec> outputs_;
};

class SoftSignBackend : public Backend {
 public:
  std::string_view name() const override { return "soft sign"; }

  std::shared_ptr<const Plan> plan(const Signature& signature) const override {
    const auto* unary = std::get_if<Unary>(&signature.operation);
    const TensorSpec& x = signature.inputs[0];
    if (unary == nullptr || unary->kind != UnaryKind::sigmoid) return nullptr;
    if (x.dtype != DType::f32 || x.layout != Layout::row_major) return nullptr;
    return std::make_shared<SoftSignPlan>(x);
  }
};

} // namespace

TEST_CASE("a user's own backend takes part once it is registered") {
  const Tensor x = Tensor::from({-1.0F, 0.0F, 3.0F}, {3});
  const auto sigmoid = [&] { return dispatch_one(Unary{.kind = UnaryKind::sigmoid}, std::array{x}).plain(); };
  CHECK(sigmoid().data<float>()[2] == Approx(0.952574));
  register_backend(std::make_unique<SoftSignBackend>());
  CHECK(backend_names().front() == "soft sign");
  CHECK(sigmoid().data<float>()[2] == 0.875F);
  const ExecutionScope scope({.backend = "reference"});
  CHECK(sigmoid().data<float>()[2] == Approx(0.952574));
  CHECK_THROWS_WITH(register_backend(std::make_unique<SoftSignBackend>()),
                    "backend name \"soft sign\" is taken");
}

TEST_CASE("names that are taken, and no backend at all, are refused") {
  class Auto : public SoftSignBackend {
    std::string_view name() const override { return "auto"; }
  };
  CHECK_THROWS_AS(register_backend(std::make_unique<Auto>()), ArgumentError);
  CHECK_THROWS_AS(register_backend(make_reference_backend()), ArgumentError);
  CHECK_THROWS_AS(register_backend(nullptr), ArgumentError);
}
