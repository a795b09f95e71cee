#pragma once

#include "mammo/backend/operation.hpp"

#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace mammo::test {

using Json = nlohmann::json;

// By the name of an operation, what makes it from the options of a case and the shape of its first input.
const std::map<std::string, Operation (*)(const Json&, const Shape&)>& operation_readers();

// The value that goes with the name under `key`; without one, the first.
template <class E>
E choice(const Json& o, const char* key, std::initializer_list<std::pair<const char*, E>> known) {
  const auto wanted = o.value(key, std::string(known.begin()->first));
  for (const auto& [name, value] : known) {
    if (wanted == name) return value;
  }
  throw std::runtime_error(std::string(key) + " " + wanted);
}

inline Dims dims(const Json& o, const char* key) {
  return Dims(o.at(key).get<std::vector<std::int64_t>>());
}

} // namespace mammo::test
