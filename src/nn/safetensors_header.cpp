#include "nn/safetensors_header.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

namespace mammo::nn {
namespace {

using Json = nlohmann::json;

constexpr std::string_view metadata_key = "__metadata__";

// In the order in which Python's library writes them.
constexpr std::array dtype_names{
    std::pair{DType::i64, "I64"}, std::pair{DType::f64, "F64"},   std::pair{DType::f32, "F32"},
    std::pair{DType::i32, "I32"}, std::pair{DType::bf16, "BF16"}, std::pair{DType::f16, "F16"},
    std::pair{DType::u16, "U16"}, std::pair{DType::u8, "U8"},     std::pair{DType::boolean, "BOOL"},
};

// A hostile name must not fill a terminal.
std::string in_quotes(std::string_view text) {
  constexpr std::size_t limit = 80;
  return text.size() <= limit ? concat('"', text, '"') : concat('"', text.substr(0, limit), "...\"");
}

// Refuses, while the text is being read, what a header never has: more than object, entry and array, or a key
// given twice, which a JSON value would silently keep once.
class StructureCheck {
 public:
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    using Event = Json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      require<Error>(depth <= 2, "header nested deeper than a tensor's shape");
      if (event == Event::object_start) keys_[static_cast<std::size_t>(depth)].clear();
    } else if (event == Event::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      require<Error>(keys_[static_cast<std::size_t>(depth) - 1].insert(key).second, "header gives the key ",
                     in_quotes(key), " twice");
    }
    return true;
  }

 private:
  std::array<std::set<std::string>, 4> keys_;
};

Json parse_json(std::string_view text) {
  // The format wants the opening brace first; JSON alone would allow white space before it.
  require<Error>(text.starts_with('{'), "header does not start with {");
  StructureCheck check;
  try {
    return Json::parse(text, std::ref(check));
  } catch (const Json::exception& error) {
    throw Error(concat("header is not JSON: ", error.what()));
  }
}

std::int64_t unsigned_field(const Json& value, const std::string& what) {
  require<Error>(value.is_number_unsigned(), what, " is not an unsigned whole number");
  const auto number = value.get<std::uint64_t>();
  require<Error>(number <= static_cast<std::uint64_t>(INT64_MAX), what, " is ", number,
                 ", more than 63 bits hold");
  return static_cast<std::int64_t>(number);
}

const Json& field(const Json& entry, const char* key, const std::string& tensor) {
  const auto found = entry.find(key);
  require<Error>(found != entry.end(), "tensor ", tensor, " has no ", key);
  return *found;
}

HeaderEntry parse_entry(const std::string& name, const Json& entry) {
  const std::string tensor = in_quotes(name);
  require<Error>(entry.is_object(), "tensor ", tensor, " is described by no JSON object");
  require<Error>(entry.size() == 3, "tensor ", tensor, " has ", entry.size(),
                 " fields, expected dtype, shape and data_offsets");
  HeaderEntry result;
  result.name = name;

  const Json& dtype = field(entry, "dtype", tensor);
  require<Error>(dtype.is_string(), "tensor ", tensor, ": dtype is not a string");
  const auto known = dtype_of_name(dtype.get_ref<const std::string&>());
  require<Error>(known.has_value(), "tensor ", tensor, " has dtype ",
                 in_quotes(dtype.get_ref<const std::string&>()),
                 ", expected one of F64, F32, F16, BF16, I64, "
                 "I32, U16, U8, BOOL");
  result.dtype = *known;

  const Json& shape = field(entry, "shape", tensor);
  require<Error>(shape.is_array() && shape.size() <= Shape::max_rank, "tensor ", tensor,
                 ": shape is not an array of at most ", Shape::max_rank, " sizes");
  for (const Json& size : shape) {
    result.shape.push_back(unsigned_field(size, concat("tensor ", tensor, ": a size of its shape")));
  }

  const Json& offsets = field(entry, "data_offsets", tensor);
  require<Error>(offsets.is_array() && offsets.size() == 2, "tensor ", tensor,
                 ": data_offsets is not an array of two");
  const std::string what = concat("tensor ", tensor, ": an offset");
  result.begin = static_cast<std::size_t>(unsigned_field(offsets[0], what));
  result.end = static_cast<std::size_t>(unsigned_field(offsets[1], what));
  return result;
}

void check_size(const HeaderEntry& entry) {
  const auto elements = static_cast<std::uint64_t>(numel(entry.shape));
  std::uint64_t bytes = 0;
  const bool overflows = __builtin_mul_overflow(elements, size_of(entry.dtype), &bytes);
  require<Error>(!overflows && entry.begin <= entry.end && entry.end - entry.begin == bytes, "tensor ",
                 in_quotes(entry.name), " of ", entry.dtype, ' ', entry.shape, " lies at bytes ", entry.begin,
                 " to ", entry.end, ", which is not its size");
}

// Each tensor begins where the one before it ended, and the last ends with the file.
void check_cover(const std::vector<HeaderEntry>& entries, std::size_t data_bytes) {
  std::size_t expected = 0;
  for (const HeaderEntry& entry : entries) {
    require<Error>(entry.begin == expected, "tensor ", in_quotes(entry.name), " begins at byte ", entry.begin,
                   ", expected ", expected, ": the tensors overlap or leave a gap");
    require<Error>(entry.end <= data_bytes, "tensor ", in_quotes(entry.name), " ends at byte ", entry.end,
                   ", but the file holds ", data_bytes);
    expected = entry.end;
  }
  require<Error>(expected == data_bytes, "the tensors end at byte ", expected, ", but the file holds ",
                 data_bytes);
}

} // namespace

std::string_view format_name(DType dtype) {
  return std::ranges::find(dtype_names, dtype, &decltype(dtype_names)::value_type::first)->second;
}

std::ptrdiff_t writing_order(DType dtype) {
  return std::ranges::find(dtype_names, dtype, &decltype(dtype_names)::value_type::first) -
         dtype_names.begin();
}

std::optional<DType> dtype_of_name(std::string_view name) {
  for (const auto& [dtype, known] : dtype_names) {
    if (name == known) return dtype;
  }
  return std::nullopt;
}

SafeTensorsHeader parse_header(std::string_view json, std::size_t data_bytes) {
  const Json header = parse_json(json);
  SafeTensorsHeader result;
  for (const auto& [name, value] : header.items()) {
    if (name == metadata_key) {
      require<Error>(value.is_object(), metadata_key, " is not a JSON object");
      for (const auto& [key, text] : value.items()) {
        require<Error>(text.is_string(), metadata_key, ": ", in_quotes(key), " is not a string");
        result.metadata[key] = text.get<std::string>();
      }
      continue;
    }
    result.entries.push_back(parse_entry(name, value));
    check_size(result.entries.back());
  }
  // Of tensors without elements several may begin at one place; they come before the one that has some.
  std::ranges::sort(result.entries, {},
                    [](const HeaderEntry& e) { return std::tie(e.begin, e.end, e.name); });
  check_cover(result.entries, data_bytes);
  return result;
}

} // namespace mammo::nn
