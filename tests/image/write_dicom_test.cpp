#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "mammo/image/write_dicom.hpp"
#include "tests/image/film_values.hpp"
#include "tests/support/files.hpp"
#include "tests/support/skip.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::image;

namespace {

// Every value from 0 to 2^bits - 1, and more columns than rows.
Tensor ramp(int bits) {
  const std::int64_t count = std::int64_t{1} << bits;
  Tensor pixels = Tensor::empty({32, count / 32}, {.dtype = DType::u16});
  std::uint16_t value = 0;
  for (std::uint16_t& pixel : pixels.mutable_data<std::uint16_t>()) pixel = value++;
  return pixels;
}

SyntheticMammogram header(const std::string& laterality, const std::string& view) {
  return {.laterality = laterality, .view = view, .spacing_mm = 0.15625, .exam = 42};
}

} // namespace

TEST_CASE("A written mammogram is read back bit for bit, with what it says of itself") {
  if (!MAMMO_WITH_DCMTK) test::skip("built without DCMTK");
  const test::TemporaryFolder folder;
  struct Row {
    const char* laterality;
    const char* view;
    const char*
        orientation; // PS3.3 C.7.6.1.1.1: towards the right side of the picture, then towards its foot
  };
  for (const auto& [laterality, view, orientation] :
       {Row{"L", "CC", "A\\R"}, Row{"R", "CC", "P\\L"}, Row{"L", "MLO", "A\\FR"}, Row{"R", "MLO", "P\\FL"}}) {
    for (const int bits : {12, 14}) {
      CAPTURE(laterality, view, bits);
      const Tensor pixels = ramp(bits);
      SyntheticMammogram written = header(laterality, view);
      written.bits = bits;
      write_dicom(folder / "film.dcm", pixels, written);
      const Film film = read_film(folder / "film.dcm");
      CHECK((test::values_of(film.stored) == test::values_of(pixels)));
      CHECK(film.format == "DICOM explicit little endian");
      CHECK(film.bits == bits);
      CHECK(film.photometric == Photometric::monochrome2);
      CHECK_FALSE(film.presentation_inverse);
      CHECK(film.warnings.empty());
      CHECK(film.metadata.modality == "MG");
      CHECK(film.metadata.laterality == laterality);
      CHECK(film.metadata.view_position == view);
      CHECK(film.metadata.patient_orientation == orientation);
      CHECK(film.metadata.presentation_intent == "FOR PRESENTATION");
      CHECK(film.metadata.sop_class_uid == "1.2.840.10008.5.1.4.1.1.1.2"); // PS3.6 A
      REQUIRE(film.metadata.pixel_spacing);
      CHECK(film.metadata.pixel_spacing->row_mm == 0.15625);
      CHECK(film.metadata.pixel_spacing->column_mm == 0.15625);
      CHECK(film.metadata.pixel_spacing->attribute == "ImagerPixelSpacing");
    }
  }
}

TEST_CASE("It is shown over its full range, 0 black") {
  if (!MAMMO_WITH_DCMTK) test::skip("built without DCMTK");
  const auto bytes = encode_dicom(ramp(12), header("L", "CC"));
  const GreyImage grey = render_grey8(decode_film(bytes, "film"));
  const auto shown = grey.pixels.data<std::uint8_t>();
  CHECK(shown.front() == 0);
  CHECK(shown.back() == 255);
  CHECK(shown[2048] == 128); // half of the window: (2048 - 2047.5) / 4095 + 0.5 of 255 is 127.5
  CHECK(grey.voi.find("window 1") == 0);
}

TEST_CASE("The same arguments give the same bytes, and UIDs follow exam and instance") {
  if (!MAMMO_WITH_DCMTK) test::skip("built without DCMTK");
  const Tensor pixels = ramp(12);
  SyntheticMammogram other = header("L", "CC");
  CHECK((encode_dicom(pixels, other) == encode_dicom(pixels, other)));
  const auto uid = [&] { return decode_film(encode_dicom(pixels, other), "film").metadata.sop_instance_uid; };
  const std::string first = uid();
  CHECK(first.starts_with("2.25."));
  CHECK(first.size() <= 44); // PS3.5 B.2: at most 39 digits after the root
  other.instance = 2;
  const std::string second = uid();
  other.exam = 43;
  CHECK(second != first);
  CHECK(uid() != second);
}

TEST_CASE("It says that it is synthetic") {
  if (!MAMMO_WITH_DCMTK) test::skip("built without DCMTK");
  SyntheticMammogram written = header("R", "CC");
  written.description = "drawn by a test";
  const auto bytes = encode_dicom(ramp(12), written);
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const char* expected : {"SYNTHETIC^PHANTOM", "For research: synthetic image", "drawn by a test"}) {
    CAPTURE(expected);
    CHECK(text.find(expected) != std::string::npos);
  }
}

TEST_CASE("What cannot be written as a mammogram is refused, and leaves no file") {
  if (!MAMMO_WITH_DCMTK) test::skip("built without DCMTK");
  const test::TemporaryFolder folder;
  const auto path = folder / "film.dcm";
  const Tensor pixels = ramp(12);
  const SyntheticMammogram good = header("L", "CC");
  CHECK_THROWS_AS(write_dicom(path, pixels.reshape({1, 32, 128}), good), ShapeError);
  CHECK_THROWS_AS(write_dicom(path, Tensor(), good), ShapeError);
  CHECK_THROWS_AS(write_dicom(path, Tensor::zeros({4, 4}, {.dtype = DType::u8}), good), TypeError);
  CHECK_THROWS_MATCHES(write_dicom(path, ramp(14), good), ArgumentError,
                       Catch::Message("pixel value 16383, expected at most 4095 for 12 bits"));
  const auto refused = [&](auto change) {
    SyntheticMammogram changed = good;
    change(changed);
    CHECK_THROWS_AS(write_dicom(path, pixels, changed), ArgumentError);
  };
  refused([](auto& h) { h.laterality = "B"; });
  refused([](auto& h) { h.view = "ML"; });
  refused([](auto& h) { h.bits = 13; });
  refused([](auto& h) { h.spacing_mm = 0; });
  refused([](auto& h) { h.instance = 0; });
  refused([](auto& h) { h.patient_id = std::string(65, 'x'); });
  refused([](auto& h) { h.patient_id = "a\\b"; });
  refused([](auto& h) { h.description = "line\nend"; });
  CHECK_THROWS_AS(write_dicom(folder / "no" / "film.dcm", pixels, good), FileError);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("Without DCMTK a mammogram cannot be written") {
  if (MAMMO_WITH_DCMTK) test::skip("built with DCMTK");
  CHECK_THROWS_AS(encode_dicom(ramp(12), header("L", "CC")), NotImplemented);
}
