#pragma once

#include <cstdint>

#include <HalideBuffer.h>

namespace mammo::image::halide {

/// Loops over single pixels are made for whole vectors: up to 64 pixels of a row at once.
inline constexpr std::int64_t narrowest = 64;

/// Tells Halide of the thread budget, the instruction sets allowed here and what to do with errors. Called
/// before each kernel.
void prepare();

/// Throws mammo::Error with Halide's message unless `code`, which the kernel returned, is 0.
void check(int code, const char* kernel);

/// Halide's buffers are not const, but the kernels do not write to their inputs. Sizes innermost first.
template <class T, class... Sizes>
Halide::Runtime::Buffer<T> wrap(const T* data, Sizes... sizes) {
  return Halide::Runtime::Buffer<T>(const_cast<T*>(data), static_cast<int>(sizes)...);
}

} // namespace mammo::image::halide
