#pragma once

#include <cstdint>
#include <ostream>

namespace mammo {

enum class DeviceType : std::uint8_t { cpu, cuda };

/// Where a tensor's storage lives.
struct Device {
  DeviceType type = DeviceType::cpu;
  int index = 0;

  bool operator==(const Device&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Device& device) {
  if (device.type == DeviceType::cpu) return out << "cpu";
  return out << "cuda:" << device.index;
}

} // namespace mammo
