#pragma once

#include "mammo/core/dtype.hpp"
#include "mammo/core/shape.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mammo::nn {

struct HeaderEntry {
  std::string name;
  DType dtype = DType::f32;
  Shape shape;
  std::size_t begin = 0; // in bytes, from the start of the elements
  std::size_t end = 0;
};

struct SafeTensorsHeader {
  std::vector<HeaderEntry> entries; // by place in the file
  std::map<std::string, std::string> metadata;
};

/// Reads and checks the JSON header of a file with `data_bytes` bytes of elements. Throws Error with the
/// reason alone; the caller knows the file's name.
SafeTensorsHeader parse_header(std::string_view json, std::size_t data_bytes);

/// The format's names for element types: "F32", "BF16", ...; nothing for a name that is unknown.
std::string_view format_name(DType dtype);
/// Smaller for the types whose tensors come first in a file: wider ones, so that all are aligned.
std::ptrdiff_t writing_order(DType dtype);
std::optional<DType> dtype_of_name(std::string_view name);

} // namespace mammo::nn
