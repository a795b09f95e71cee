#include "mammo/backend/operation.hpp"

#include <type_traits>

namespace mammo {
namespace {

// Appends the bytes of a field: fixed-size fields need no separators, Dims carry their rank.
template <class T>
void append(std::string& key, const T& value) {
  if constexpr (std::is_same_v<T, Dims>) {
    append(key, value.rank());
    for (const auto size : value) append(key, size);
  } else {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
    key.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
}

} // namespace

std::string_view name(const Operation& operation) {
  return std::visit([](const auto& op) { return op.name; }, operation);
}

std::string_view name(Precision precision) {
  return precision == Precision::bf16 ? "bf16" : "f32";
}

std::string Signature::key() const {
  std::string key;
  append(key, operation.index());
  std::visit(
      [&](const auto& op) {
        std::apply([&](const auto&... field) { (append(key, field), ...); }, op.fields());
      },
      operation);
  append(key, threads);
  append(key, deterministic);
  append(key, precision);
  for (const TensorSpec& input : inputs) {
    append(key, input.defined);
    if (!input.defined) continue;
    append(key, input.dtype);
    append(key, input.layout);
    append(key, input.shape);
  }
  return key;
}

} // namespace mammo
