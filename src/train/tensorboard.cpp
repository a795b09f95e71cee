#include "mammo/train/tensorboard.hpp"

#include "mammo/core/error.hpp"
#include "nn/protobuf.hpp"

#include <string_view>
#include <utility>

namespace mammo::train {
namespace {

// CRC-32C (RFC 3720, appendix B.4), a bit at a time: a record is a few dozen bytes.
std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
  }
  return ~crc;
}

// TFRecords store checksums of data that may hold checksums, so they mask them.
std::uint32_t masked_crc32c(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return ((crc >> 15U) | (crc << 17U)) + 0xA282EAD8U;
}

template <class T>
std::string little_endian(T value) {
  std::string bytes;
  for (unsigned i = 0; i < sizeof(T); ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFFU);
  return bytes;
}

} // namespace

TensorBoardWriter::TensorBoardWriter(const std::filesystem::path& folder, std::int64_t start)
    : path_(folder / concat("events.out.tfevents.", start, ".mammo")),
      out_(path_, std::ios::binary | std::ios::app) {
  nn::ProtobufMessage event;
  event.real64(1, static_cast<double>(start));
  event.text(3, "brain.Event:2");
  record(event.str());
}

void TensorBoardWriter::write(double time, std::int64_t step, const std::vector<Scalar>& scalars) {
  nn::ProtobufMessage summary;
  for (const Scalar& scalar : scalars) {
    nn::ProtobufMessage value;
    value.text(1, scalar.tag);
    value.real(2, static_cast<float>(scalar.value));
    summary.message(1, std::move(value));
  }
  nn::ProtobufMessage event;
  event.real64(1, time);
  event.integer(2, step);
  event.message(5, std::move(summary));
  record(event.str());
}

void TensorBoardWriter::record(const std::string& event) {
  const std::string length = little_endian(static_cast<std::uint64_t>(event.size()));
  out_ << length << little_endian(masked_crc32c(length)) << event << little_endian(masked_crc32c(event));
  out_.flush();
  if (!out_) throw FileError(path_.string(), "cannot be written");
}

} // namespace mammo::train
