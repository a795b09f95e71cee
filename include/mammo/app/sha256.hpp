#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace mammo::app {

/// The SHA-256 digest (FIPS 180-4) as 64 lower-case hexadecimal digits.
std::string sha256(std::span<const std::byte> bytes);
std::string sha256(std::string_view text);

} // namespace mammo::app
