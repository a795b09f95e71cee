#pragma once

#include <cstddef>

namespace mammo::app {

/// The largest resident size that this process has had, in bytes; 0 where the system does not say.
std::size_t peak_process_bytes();

/// For programs that run over thousands of films: blocks of 64 KiB and more go back to the system as they are
/// freed. By default glibc raises that limit to the largest block that it has seen freed, keeps the others
/// among the small ones, and its heap grows by a kibibyte or so a film although no more is in use. Elsewhere
/// than on glibc nothing changes.
void return_freed_blocks();

} // namespace mammo::app
