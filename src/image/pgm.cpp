#include "image/source.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

namespace mammo::image {
namespace {

// The header's and P2's numbers, with comments between them.
class Scanner {
 public:
  explicit Scanner(const Source& source) : source_(source), position_(2) {}

  std::int64_t number(const char* what) {
    skip_space();
    if (at_end()) source_.fail("PGM ends before its ", what);
    if (std::isdigit(peek()) == 0) source_.fail("PGM has no number for its ", what);
    std::int64_t value = 0;
    while (!at_end() && std::isdigit(peek()) != 0) {
      value = value * 10 + (peek() - '0');
      if (value > 1'000'000'000) source_.fail("PGM's ", what, " is above 1000000000");
      ++position_;
    }
    return value;
  }

  // The one white space between the header and binary pixels.
  void separator() {
    if (at_end() || std::isspace(peek()) == 0) source_.fail("PGM header without white space at its end");
    ++position_;
  }

  std::span<const std::byte> rest() const { return source_.bytes.subspan(position_); }

 private:
  bool at_end() const { return position_ >= source_.size(); }
  unsigned char peek() const { return source_.data()[position_]; }

  void skip_space() {
    while (!at_end()) {
      if (peek() == '#') {
        while (!at_end() && peek() != '\n' && peek() != '\r') ++position_;
      } else if (std::isspace(peek()) != 0) {
        ++position_;
      } else {
        return;
      }
    }
  }

  const Source& source_;
  std::size_t position_;
};

template <class T>
Tensor read_binary(const Source& source, const Scanner& scanner, const Shape& shape) {
  const auto bytes = scanner.rest();
  const std::size_t expected = static_cast<std::size_t>(numel(shape)) * sizeof(T);
  if (bytes.size() < expected) {
    source.fail("truncated PGM: ", bytes.size(), " bytes of pixels, expected ", expected);
  }
  Tensor stored = Tensor::empty(shape, {.dtype = dtype_of<T>});
  const auto* in = reinterpret_cast<const std::uint8_t*>(bytes.data());
  for (T& value : stored.mutable_data<T>()) {
    value = static_cast<T>(sizeof(T) == 1 ? in[0] : in[0] << 8 | in[1]);
    in += sizeof(T);
  }
  return stored;
}

template <class T>
Tensor read_text_pixels(const Source& source, Scanner& scanner, const Shape& shape, std::int64_t largest) {
  // A digit and a space a pixel: whatever is shorter is truncated, and must not make us allocate.
  if (scanner.rest().size() + 1 < static_cast<std::size_t>(numel(shape)) * 2) {
    source.fail("truncated PGM: ", scanner.rest().size(), " bytes of text for ", numel(shape), " pixels");
  }
  Tensor stored = Tensor::empty(shape, {.dtype = dtype_of<T>});
  for (T& value : stored.mutable_data<T>()) {
    const std::int64_t number = scanner.number("pixels");
    if (number > largest) source.fail("PGM pixel of ", number, ", expected at most Maxval ", largest);
    value = static_cast<T>(number);
  }
  return stored;
}

template <class T>
Tensor read_pixels(const Source& source, Scanner& scanner, bool binary, const Shape& shape,
                   std::int64_t largest) {
  if (!binary) return read_text_pixels<T>(source, scanner, shape, largest);
  scanner.separator();
  Tensor stored = read_binary<T>(source, scanner, shape);
  const auto values = stored.data<T>();
  const T found = *std::max_element(values.begin(), values.end());
  if (found > largest) source.fail("PGM pixel of ", found, ", expected at most Maxval ", largest);
  return stored;
}

} // namespace

Film decode_pgm(const Source& source) {
  const bool binary = source.data()[1] == '5';
  Scanner scanner(source);
  const std::int64_t width = scanner.number("width");
  const std::int64_t height = scanner.number("height");
  source.check_size(width, height);
  const std::int64_t largest = scanner.number("Maxval");
  if (largest < 1 || largest > 65535) source.fail("PGM Maxval of ", largest, ", expected 1 to 65535");

  const Shape shape{height, width};
  if (largest > 255) {
    Tensor stored = read_pixels<std::uint16_t>(source, scanner, binary, shape, largest);
    // A Maxval below 65535 states the depth; 65535 is what many programs write whatever the depth is.
    Film film = film_from_pixels(std::move(stored), largest < 65535 ? depth_for(largest) : 0);
    film.format = "PGM 16 bit";
    return film;
  }
  Tensor stored = read_pixels<std::uint8_t>(source, scanner, binary, shape, largest);
  if (largest < 255) {
    for (std::uint8_t& value : stored.mutable_data<std::uint8_t>()) {
      value = static_cast<std::uint8_t>((value * 255 + largest / 2) / largest);
    }
  }
  Film film = film_from_pixels(std::move(stored), 8);
  film.format = "PGM 8 bit";
  return film;
}

} // namespace mammo::image
