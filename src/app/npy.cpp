#include "app/npy.hpp"

#include <span>

namespace mammo::app {

std::string encode_npy(const Tensor& tensor) {
  const Tensor plain = tensor.plain();
  const auto values = std::as_bytes(plain.data<float>());
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
  for (int d = 0; d < plain.rank(); ++d) header += std::to_string(plain.size(d)) + ", ";
  header += "), }";
  // Magic, version and length are 10 bytes; the elements start at a multiple of 64, after a newline.
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 255U);
  bytes += static_cast<char>(header.size() >> 8U);
  bytes += header;
  return bytes.append(reinterpret_cast<const char*>(values.data()), values.size());
}

} // namespace mammo::app
