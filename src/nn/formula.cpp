#include "mammo/nn/formula.hpp"

#include "nn/fnv.hpp"

#include <cmath>
#include <set>

namespace mammo::nn {
namespace {

std::uint64_t hash_name(std::string_view name) {
  Fnv hash;
  hash.add(name);
  return hash.sum();
}

// The output function of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), upper 24 bits as a signed fraction.
float fraction(std::uint64_t state) {
  state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9u;
  state = (state ^ (state >> 27)) * 0x94d049bb133111ebu;
  state ^= state >> 31;
  const auto bits = static_cast<std::int32_t>(state >> 40) - (1 << 23);
  return static_cast<float>(bits) / static_cast<float>(1 << 23);
}

constexpr std::uint64_t golden_gamma = 0x9e3779b97f4a7c15u;

// centre + half_width * fraction, in f64, rounded once.
Tensor around(std::string_view name, const Shape& shape, double centre, double half_width) {
  Tensor result = Tensor::empty(shape);
  std::uint64_t state = hash_name(name);
  for (float& value : result.mutable_data<float>()) {
    state += golden_gamma;
    value = static_cast<float>(centre + half_width * double{fraction(state)});
  }
  return result;
}

std::string_view last_part(std::string_view name) {
  return name.substr(name.rfind('.') + 1);
}

bool ends_residual_branch(const std::string& name, const std::set<std::string>& names) {
  if (name.ends_with("bn3.weight")) return true;
  if (!name.ends_with("bn2.weight")) return false;
  std::string third = name;
  third[third.size() - std::string_view("2.weight").size()] = '3';
  return !names.contains(third);
}

} // namespace

float formula_value(std::string_view name, std::uint64_t index) {
  return fraction(hash_name(name) + (index + 1) * golden_gamma);
}

Tensor formula_tensor(std::string_view name, const Shape& shape) {
  return around(name, shape, 0, 1);
}

void load_by_formula(Module& module) {
  const std::vector<StateEntry> entries = module.state();
  std::set<std::string> names;
  for (const auto& entry : entries) names.insert(entry.name);
  StateDict weights;
  for (const StateEntry& entry : entries) {
    const std::string& name = entry.name;
    const Shape& shape = entry.shape;
    if (shape.rank() >= 2) {
      const std::int64_t fan_in = numel(shape) / shape[0];
      weights[name] = around(name, shape, 0, std::sqrt(6.0 / static_cast<double>(fan_in)));
    } else if (ends_residual_branch(name, names)) {
      weights[name] = around(name, shape, 0.25, 0.025);
    } else if (last_part(name) == "weight" || last_part(name) == "running_var") {
      weights[name] = around(name, shape, 1, 0.1);
    } else {
      weights[name] = around(name, shape, 0, 0.1);
    }
  }
  module.load_state_dict(weights);
}

} // namespace mammo::nn
