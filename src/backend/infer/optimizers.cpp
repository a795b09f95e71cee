#include "backend/infer/checker.hpp"

namespace mammo::infer {

namespace {

// p, then tensors like p, then the settings; the results are p and all of them but the gradient.
Specs stepped(const Checker& check, std::size_t like, std::size_t results, std::int64_t settings) {
  check.count(like + 1);
  const TensorSpec& p = check.floating(0, "p");
  for (std::size_t i = 1; i < like; ++i) check.companion(i, concat("tensor ", i), p, p.shape);
  check.require<TypeError>(check.defined(like, "settings").dtype == DType::f64, "settings of ",
                           check.defined(like, "settings").dtype, ", expected f64");
  check.shape(like, "settings", {settings});
  return Specs(results, output(p.shape, p.dtype));
}

} // namespace

Specs outputs_of(const SgdStep&, const Checker& check) {
  return stepped(check, 3, 2, 3);
}

Specs outputs_of(const AdamStep&, const Checker& check) {
  return stepped(check, 4, 3, 6);
}

Specs outputs_of(const AverageStep&, const Checker& check) {
  return stepped(check, 2, 1, 1);
}

} // namespace mammo::infer
