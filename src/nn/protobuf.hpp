#pragma once

#include "mammo/core/file.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mammo::nn {

/// A protocol buffers message in the making (https://protobuf.dev/programming-guides/encoding). ONNX
/// and TensorBoard need five kinds of fields, which are here; the library that has them all is ten megabytes
/// to build with.
///
/// Large bytes are borrowed, not copied: they must stay until the message is written.
class ProtobufMessage {
 public:
  void integer(int field, std::int64_t value);
  void real(int field, float value);
  void real64(int field, double value);
  void text(int field, std::string_view value);
  void borrowed(int field, std::span<const std::byte> value);
  void message(int field, ProtobufMessage value);
  /// Repeated numbers in one field ("packed").
  void integers(int field, std::span<const std::int64_t> values);
  void reals(int field, std::span<const float> values);

  std::size_t size() const { return size_; }
  void write_to(AtomicFile& file) const;
  std::string str() const;

 private:
  using Piece = std::variant<std::string, std::span<const std::byte>>;

  void append(std::string_view bytes);
  void tag(int field, unsigned wire_type);
  void varint(std::uint64_t value);

  std::vector<Piece> pieces_;
  std::size_t size_ = 0;
};

} // namespace mammo::nn
