#include "mammo/nn/safetensors.hpp"

#include "nn/safetensors_header.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>
#include <tuple>

#include <nlohmann/json.hpp>

namespace mammo::nn {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are mapped as they lie in the file");

constexpr std::size_t length_bytes = 8;
// A header takes about 100 bytes a tensor; more than this is no model but an attempt to exhaust memory.
constexpr std::size_t header_limit = std::size_t{16} << 20;

std::uint64_t header_length(std::span<const std::byte> file) {
  require<Error>(file.size() >= length_bytes, file.size(), " bytes, too short for a safetensors header");
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), length_bytes);
  require<Error>(length <= header_limit, "header length ", length, ", expected at most ", header_limit);
  require<Error>(length <= file.size() - length_bytes, "header length ", length, ", but only ",
                 file.size() - length_bytes, " bytes follow");
  return length;
}

bool holds_bools(std::span<const std::byte> bytes) {
  return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0} || b == std::byte{1}; });
}

struct Saved {
  std::string name;
  Tensor tensor;
};

std::vector<Saved> in_file_order(const StateDict& tensors) {
  std::vector<Saved> saved;
  for (const auto& [name, tensor] : tensors) {
    require<ArgumentError>(name != "__metadata__", "a tensor cannot be called __metadata__");
    saved.push_back({name, tensor.plain()});
  }
  std::ranges::stable_sort(saved, {}, [](const Saved& s) { return writing_order(s.tensor.dtype()); });
  return saved;
}

std::size_t byte_count(const Tensor& tensor) {
  return static_cast<std::size_t>(tensor.numel()) * size_of(tensor.dtype());
}

std::string make_header(const std::vector<Saved>& saved, const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::size_t offset = 0;
  for (const auto& [name, tensor] : saved) {
    const std::size_t end = offset + byte_count(tensor);
    header[name] = {{"dtype", format_name(tensor.dtype())},
                    {"shape", std::vector<std::int64_t>(tensor.shape().begin(), tensor.shape().end())},
                    {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception& error) {
    throw ArgumentError(concat("tensor names and metadata must be UTF-8: ", error.what()));
  }
  // So that the elements begin at a multiple of eight bytes.
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

} // namespace

SafeTensors::SafeTensors(const std::filesystem::path& path) : path_(path), file_(path) {
  try {
    const std::size_t length = header_length(file_.bytes());
    const std::size_t data = length_bytes + length;
    const auto* text = reinterpret_cast<const char*>(file_.bytes().data()) + length_bytes;
    SafeTensorsHeader header = parse_header({text, length}, file_.size() - data);
    for (HeaderEntry& entry : header.entries) {
      names_.push_back(entry.name);
      entries_[std::move(entry.name)] = {entry.dtype, entry.shape, data + entry.begin,
                                         entry.end - entry.begin};
    }
    metadata_ = std::move(header.metadata);
  } catch (const FileError&) {
    throw;
  } catch (const Error& error) {
    throw FileError(path.string(), error.what());
  }
}

Tensor SafeTensors::tensor(std::string_view name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) throw FileError(path_.string(), concat("no tensor called \"", name, '"'));
  const Entry& entry = found->second;
  const std::span<const std::byte> bytes = file_.bytes().subspan(entry.begin, entry.bytes);
  if (entry.dtype == DType::boolean && !holds_bools(bytes)) {
    throw FileError(path_.string(), concat("tensor \"", name, "\" of BOOL holds bytes other than 0 and 1"));
  }
  if (entry.begin % size_of(entry.dtype) != 0) {
    Tensor copy = Tensor::empty(entry.shape, {.dtype = entry.dtype});
    std::ranges::copy(bytes, copy.storage()->mutable_data());
    return copy;
  }
  // A storage for each tensor, over its part of the one mapping.
  std::shared_ptr<const std::byte> part(file_.mapping(), bytes.data());
  auto storage = std::make_shared<Storage>(std::move(part), bytes.size(), false);
  return Tensor::over(std::move(storage), entry.shape, {.dtype = entry.dtype});
}

StateDict SafeTensors::tensors() const {
  StateDict all;
  for (const auto& name : names_) all.emplace(name, tensor(name));
  return all;
}

void write_safetensors(const std::filesystem::path& path, const StateDict& tensors,
                       const std::map<std::string, std::string>& metadata) {
  const std::vector<Saved> saved = in_file_order(tensors);
  const std::string header = make_header(saved, metadata);
  std::array<std::byte, length_bytes> length{};
  const std::uint64_t header_size = header.size();
  std::memcpy(length.data(), &header_size, length_bytes);
  AtomicFile file(path);
  file.write(length);
  file.write(header);
  for (const auto& [name, tensor] : saved) {
    visit_dtype(tensor.dtype(),
                [&, &values = tensor]<class T>() { file.write(std::as_bytes(values.data<T>())); });
  }
  file.commit();
}

} // namespace mammo::nn
