#include "mammo/app/process_memory.hpp"

#include <fstream>
#include <string>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace mammo::app {

std::size_t peak_process_bytes() {
  // Not getrusage: its ru_maxrss survives exec, so that a small program started by a large one looks large.
  std::ifstream status("/proc/self/status");
  for (std::string key; status >> key;) {
    std::size_t kibibytes = 0;
    if (key == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
    std::getline(status, key);
  }
  return 0;
}

void return_freed_blocks() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 64 * 1024); // setting it also ends its growth
#endif
}

} // namespace mammo::app
