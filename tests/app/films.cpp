#include "tests/app/films.hpp"

#include "mammo/image/write_png.hpp"

#include <fstream>

namespace mammo::test {

namespace fs = std::filesystem;

Tensor formula_film(std::int64_t height, std::int64_t width) {
  Tensor film = Tensor::zeros({height, width}, {.dtype = DType::u8});
  const auto pixels = film.mutable_data<std::uint8_t>();
  const auto within = [](std::int64_t dx, std::int64_t dy, std::int64_t radius) {
    return dx * dx + dy * dy < radius * radius;
  };
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const std::int64_t dy = y - height / 2;
      int value = 4;
      if (within(x, dy, width * 3 / 4)) value = 110 + static_cast<int>((3 * x + 5 * y) % 7);
      if (within(x - width / 3, dy - height / 16, width / 14)) value = 215;
      pixels[static_cast<std::size_t>(y * width + x)] = static_cast<std::uint8_t>(value);
    }
  }
  return film;
}

void put_text(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

void put_film(const fs::path& path) {
  static const std::vector<std::byte> png = image::encode_png(formula_film());
  put_text(path, {reinterpret_cast<const char*>(png.data()), png.size()});
}

namespace {

class DicomWriter {
 public:
  void element(unsigned group, unsigned number, const std::string& vr, std::string value) {
    if (value.size() % 2 == 1) value += vr == "UI" ? '\0' : ' ';
    little_endian(group, 2);
    little_endian(number, 2);
    bytes_ += vr;
    const bool long_form = vr == "OB" || vr == "OW";
    if (long_form) little_endian(0, 2);
    little_endian(value.size(), long_form ? 4 : 2);
    bytes_ += value;
  }
  void number(unsigned group, unsigned element_number, std::size_t value) {
    element(group, element_number, "US",
            {static_cast<char>(value & 255U), static_cast<char>((value >> 8U) & 255U)});
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void little_endian(std::size_t value, int count) {
    for (int i = 0; i < count; ++i)
      bytes_ += static_cast<char>((value >> (8U * static_cast<unsigned>(i))) & 255U);
  }
  std::string bytes_;
};

} // namespace

std::string dicom_bytes(const Tensor& film, const std::string& modality, const std::string& laterality,
                        const std::string& view) {
  const std::string sop_class = "1.2.840.10008.5.1.4.1.1.1.2"; // Digital Mammography X-Ray, For Presentation
  const std::string instance = "1.2.826.0.1.3680043.8.498.1";
  DicomWriter meta;
  meta.element(0x0002, 0x0001, "OB", std::string("\0\1", 2));
  meta.element(0x0002, 0x0002, "UI", sop_class);
  meta.element(0x0002, 0x0003, "UI", instance);
  meta.element(0x0002, 0x0010, "UI", "1.2.840.10008.1.2.1");
  meta.element(0x0002, 0x0012, "UI", "1.2.826.0.1.3680043.8.498.2");
  const std::size_t length = meta.bytes().size();
  DicomWriter group_length;
  group_length.element(0x0002, 0x0000, "UL",
                       {static_cast<char>(length & 255U), static_cast<char>(length >> 8U), '\0', '\0'});

  DicomWriter object;
  object.element(0x0008, 0x0016, "UI", sop_class);
  object.element(0x0008, 0x0018, "UI", instance);
  object.element(0x0008, 0x0060, "CS", modality);
  object.element(0x0018, 0x5101, "CS", view);
  object.element(0x0020, 0x0062, "CS", laterality);
  object.number(0x0028, 0x0002, 1);
  object.element(0x0028, 0x0004, "CS", "MONOCHROME2");
  object.number(0x0028, 0x0010, static_cast<std::size_t>(film.size(0)));
  object.number(0x0028, 0x0011, static_cast<std::size_t>(film.size(1)));
  object.number(0x0028, 0x0100, 8);
  object.number(0x0028, 0x0101, 8);
  object.number(0x0028, 0x0102, 7);
  object.number(0x0028, 0x0103, 0);
  const auto pixels = film.data<std::uint8_t>();
  object.element(0x7FE0, 0x0010, "OB", {pixels.begin(), pixels.end()});
  return std::string(128, '\0') + "DICM" + group_length.bytes() + meta.bytes() + object.bytes();
}

} // namespace mammo::test
