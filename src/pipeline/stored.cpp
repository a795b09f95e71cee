#include "mammo/pipeline/stored.hpp"

#include "mammo/core/error.hpp"

#include <cstring>
#include <span>

namespace mammo::pipeline {

std::string_view ByteReader::read(std::size_t size) {
  require<Error>(size <= bytes_.size(), "stored value has ", bytes_.size(), " bytes left, expected ", size);
  const std::string_view found = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return found;
}

void ByteReader::read(void* data, std::size_t size) {
  const std::string_view found = read(size);
  if (size > 0) std::memcpy(data, found.data(), size);
}

void Stored<std::string>::write(ByteWriter& to, const std::string& text) {
  Stored<std::uint64_t>::write(to, text.size());
  to.write(text.data(), text.size());
}

std::string Stored<std::string>::read(ByteReader& from) {
  return std::string(from.read(static_cast<std::size_t>(Stored<std::uint64_t>::read(from))));
}

void Stored<Tensor>::write(ByteWriter& to, const Tensor& tensor) {
  const Tensor whole = tensor.contiguous();
  Stored<std::uint8_t>::write(to, static_cast<std::uint8_t>(whole.dtype()));
  Stored<std::int32_t>::write(to, whole.rank());
  for (const std::int64_t size : whole.shape()) Stored<std::int64_t>::write(to, size);
  visit_dtype(whole.dtype(), [&]<class T>() {
    const std::span<const T> values = whole.data<T>();
    to.write(values.data(), values.size_bytes());
  });
}

Tensor Stored<Tensor>::read(ByteReader& from) {
  const auto dtype = Stored<std::uint8_t>::read(from);
  require<Error>(dtype <= static_cast<std::uint8_t>(DType::boolean), "stored dtype ", int{dtype});
  Shape shape;
  for (auto left = Stored<std::int32_t>::read(from); left > 0; --left) {
    shape.push_back(Stored<std::int64_t>::read(from));
  }
  // Before memory is asked for: a damaged size must not ask for all of it.
  double bytes = static_cast<double>(size_of(static_cast<DType>(dtype)));
  for (const std::int64_t size : shape) bytes *= static_cast<double>(size);
  require<Error>(bytes >= 0 && bytes <= static_cast<double>(from.left()), "stored tensor of shape ", shape,
                 " has ", from.left(), " bytes left");
  Tensor tensor = Tensor::empty(shape, {.dtype = static_cast<DType>(dtype)});
  visit_dtype(tensor.dtype(), [&]<class T>() {
    const std::span<T> values = tensor.mutable_data<T>();
    from.read(values.data(), values.size_bytes());
  });
  return tensor;
}

} // namespace mammo::pipeline
