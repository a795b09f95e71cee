#pragma once

#include "mammo/core/file.hpp"
#include "mammo/nn/state_dict.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mammo::nn {

/// A .safetensors file (https://github.com/huggingface/safetensors, "Format"): eight bytes with the length of
/// a JSON header, the header, and the tensors' elements, little endian and row-major, one after the other.
///
/// The constructor checks the whole header: its length, its JSON (structure, depth, keys given twice), dtype
/// names, shapes, and that the tensors' byte ranges have the sizes of their shapes and cover the rest of the
/// file without a gap or an overlap. A file that fails throws FileError; nothing in it can make the reader
/// touch memory outside the file or allocate more than a small multiple of the header's size.
class SafeTensors {
 public:
  explicit SafeTensors(const std::filesystem::path& path);

  /// In the order of the file.
  const std::vector<std::string>& names() const { return names_; }
  bool contains(std::string_view name) const { return entries_.find(name) != entries_.end(); }
  /// The tensor as a read-only view of the mapped file, which it keeps mapped; a copy where its elements are
  /// not aligned in the file. Throws FileError where there is no such tensor, or where one of bool holds
  /// a byte that is neither 0 nor 1.
  Tensor tensor(std::string_view name) const;
  /// All of them.
  StateDict tensors() const;
  /// The header's `__metadata__`: free text by keys.
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  struct Entry {
    DType dtype;
    Shape shape;
    std::size_t begin; // in bytes, from the start of the file
    std::size_t bytes;
  };

  std::filesystem::path path_;
  MappedFile file_;
  std::map<std::string, Entry, std::less<>> entries_;
  std::vector<std::string> names_;
  std::map<std::string, std::string> metadata_;
};

/// Writes tensors and free text to a .safetensors file, which appears whole or not at all. The same contents
/// always give the same bytes, and those that Python's library writes: wider element types come first, then
/// the order of the names. Throws FileError where it cannot be written, ArgumentError on a tensor called
/// `__metadata__` or a name that is not UTF-8.
void write_safetensors(const std::filesystem::path& path, const StateDict& tensors,
                       const std::map<std::string, std::string>& metadata = {});

} // namespace mammo::nn
