#include "mammo/app/sha256.hpp"

#include "mammo/core/error.hpp"

#include <array>

#include <openssl/evp.h>

namespace mammo::app {

std::string sha256(std::span<const std::byte> bytes) {
  std::array<unsigned char, 32> digest{};
  unsigned int length = 0;
  const int done =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), /*impl=*/nullptr);
  require<Error>(done == 1 && length == digest.size(), "SHA-256 of ", bytes.size(),
                 " bytes failed in OpenSSL, expected a digest of ", digest.size(), " bytes, got ", length);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * digest.size());
  for (const unsigned char byte : digest) {
    hex += digits[byte >> 4U];
    hex += digits[byte & 15U];
  }
  return hex;
}

std::string sha256(std::string_view text) {
  return sha256(std::as_bytes(std::span(text.data(), text.size())));
}

} // namespace mammo::app
