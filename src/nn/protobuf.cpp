#include "nn/protobuf.hpp"

#include <bit>
#include <cstring>
#include <iterator>
#include <utility>

namespace mammo::nn {
namespace {

constexpr unsigned as_varint = 0;
constexpr unsigned as_64_bits = 1;
constexpr unsigned with_length = 2;
constexpr unsigned as_32_bits = 5;

static_assert(std::endian::native == std::endian::little,
              "fixed-width numbers are written as they lie in memory");

std::string_view bytes_of(const auto& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

std::string_view view_of(const std::variant<std::string, std::span<const std::byte>>& piece) {
  if (const auto* own = std::get_if<std::string>(&piece)) return *own;
  const auto& lent = std::get<std::span<const std::byte>>(piece);
  return {reinterpret_cast<const char*>(lent.data()), lent.size()};
}

} // namespace

void ProtobufMessage::append(std::string_view bytes) {
  if (pieces_.empty() || !std::holds_alternative<std::string>(pieces_.back()))
    pieces_.emplace_back(std::string());
  std::get<std::string>(pieces_.back()) += bytes;
  size_ += bytes.size();
}

// Seven bits a byte, the lowest first; the top bit says that more follow.
void ProtobufMessage::varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7U) bytes += static_cast<char>((value & 0x7FU) | 0x80U);
  bytes += static_cast<char>(value);
  append(bytes);
}

void ProtobufMessage::tag(int field, unsigned wire_type) {
  varint(static_cast<std::uint64_t>(field) << 3U | wire_type);
}

void ProtobufMessage::integer(int field, std::int64_t value) {
  tag(field, as_varint);
  varint(static_cast<std::uint64_t>(value));
}

void ProtobufMessage::real(int field, float value) {
  tag(field, as_32_bits);
  append(bytes_of(value));
}

void ProtobufMessage::real64(int field, double value) {
  tag(field, as_64_bits);
  append(bytes_of(value));
}

void ProtobufMessage::text(int field, std::string_view value) {
  tag(field, with_length);
  varint(value.size());
  append(value);
}

void ProtobufMessage::borrowed(int field, std::span<const std::byte> value) {
  tag(field, with_length);
  varint(value.size());
  pieces_.emplace_back(value);
  size_ += value.size();
}

void ProtobufMessage::message(int field, ProtobufMessage value) {
  tag(field, with_length);
  varint(value.size());
  size_ += value.size();
  std::ranges::move(value.pieces_, std::back_inserter(pieces_));
}

void ProtobufMessage::integers(int field, std::span<const std::int64_t> values) {
  ProtobufMessage packed;
  for (const std::int64_t value : values) packed.varint(static_cast<std::uint64_t>(value));
  message(field, std::move(packed));
}

void ProtobufMessage::reals(int field, std::span<const float> values) {
  ProtobufMessage packed;
  for (const float value : values) packed.append(bytes_of(value));
  message(field, std::move(packed));
}

void ProtobufMessage::write_to(AtomicFile& file) const {
  for (const Piece& piece : pieces_) file.write(view_of(piece));
}

std::string ProtobufMessage::str() const {
  std::string all;
  for (const Piece& piece : pieces_) all += view_of(piece);
  return all;
}

} // namespace mammo::nn
