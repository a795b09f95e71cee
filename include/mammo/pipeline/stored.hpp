#pragma once

#include "mammo/core/tensor.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace mammo::pipeline {

/// Bytes written one value after the other, as this machine holds them.
class ByteWriter {
 public:
  void write(const void* data, std::size_t size) { bytes_.append(static_cast<const char*>(data), size); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// The same read back. Throws Error where they end too early.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}
  void read(void* data, std::size_t size);
  std::string_view read(std::size_t size);
  std::size_t left() const { return bytes_.size(); }

 private:
  std::string_view bytes_;
};

/// How `cached` keeps a value. Specialise it for types of your own:
///
///     template <>
///     struct mammo::pipeline::Stored<Film> {
///       static void write(ByteWriter& to, const Film& film);
///       static Film read(ByteReader& from);
///     };
///
/// There are: numbers and other plain structs without pointers, std::string, paths, std::vector,
/// std::optional and std::pair of what can be stored, and Tensor (row-major).
template <class T>
struct Stored;

template <class T>
concept Storable = requires(ByteWriter& to, ByteReader& from, const T& value) {
  Stored<T>::write(to, value);
  { Stored<T>::read(from) } -> std::same_as<T>;
};

template <class T>
  requires(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T> && !std::is_array_v<T> &&
           std::default_initializable<T>)
struct Stored<T> {
  static void write(ByteWriter& to, const T& value) { to.write(&value, sizeof value); }
  static T read(ByteReader& from) {
    T value{};
    from.read(&value, sizeof value);
    return value;
  }
};

template <>
struct Stored<std::string> {
  static void write(ByteWriter& to, const std::string& text);
  static std::string read(ByteReader& from);
};

template <>
struct Stored<std::filesystem::path> {
  static void write(ByteWriter& to, const std::filesystem::path& path) {
    Stored<std::string>::write(to, path.native());
  }
  static std::filesystem::path read(ByteReader& from) { return Stored<std::string>::read(from); }
};

/// Row-major values; throws TypeError on a tensor of another layout.
template <>
struct Stored<Tensor> {
  static void write(ByteWriter& to, const Tensor& tensor);
  static Tensor read(ByteReader& from);
};

template <Storable T>
struct Stored<std::vector<T>> {
  static void write(ByteWriter& to, const std::vector<T>& values) {
    Stored<std::uint64_t>::write(to, values.size());
    for (const T& value : values) Stored<T>::write(to, value);
  }
  static std::vector<T> read(ByteReader& from) {
    std::vector<T> values;
    for (auto left = Stored<std::uint64_t>::read(from); left > 0; --left) {
      values.push_back(Stored<T>::read(from));
    }
    return values;
  }
};

template <Storable T>
  requires(!std::is_trivially_copyable_v<std::optional<T>>)
struct Stored<std::optional<T>> {
  static void write(ByteWriter& to, const std::optional<T>& value) {
    Stored<bool>::write(to, value.has_value());
    if (value) Stored<T>::write(to, *value);
  }
  static std::optional<T> read(ByteReader& from) {
    if (!Stored<bool>::read(from)) return std::nullopt;
    return Stored<T>::read(from);
  }
};

template <Storable A, Storable B>
  requires(!std::is_trivially_copyable_v<std::pair<A, B>>)
struct Stored<std::pair<A, B>> {
  static void write(ByteWriter& to, const std::pair<A, B>& pair) {
    Stored<A>::write(to, pair.first);
    Stored<B>::write(to, pair.second);
  }
  static std::pair<A, B> read(ByteReader& from) {
    A first = Stored<A>::read(from);
    return {std::move(first), Stored<B>::read(from)};
  }
};

} // namespace mammo::pipeline
