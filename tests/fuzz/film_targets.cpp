#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "tests/fuzz/refusal.hpp"

#if MAMMO_WITH_DCMTK
#include "image/jpeg2000.hpp"
#endif

namespace mammo::fuzz {
namespace {

using image::Format;

// A changed header may ask for much: small limits keep a run fast.
const image::ReadOptions& small() {
  static const image::ReadOptions options{
      .accept_any_modality = true, .limits = {.side = 2000, .pixels = 1'000'000, .file_bytes = 1 << 20}};
  return options;
}

void show(const image::Film& film) {
  using Kind = image::VoiChoice::Kind;
  for (const Kind kind : {Kind::automatic, Kind::lut, Kind::window, Kind::full}) {
    try {
      const image::GreyImage grey = image::render_grey8(film, {.kind = kind, .explanation = {}});
      if (grey.pixels.shape() != film.stored.shape()) throw std::logic_error("shown in another size");
    } catch (const ArgumentError&) {
      // The film lacks this choice; the other two are always there.
      if (kind == Kind::automatic || kind == Kind::full) throw;
    }
  }
}

template <Format format>
void film(Bytes bytes) {
  if (image::sniff(bytes).value_or(Format::dicom) != format) return;
  may_refuse([&] { show(image::decode_film(bytes, "fuzzed", small())); });
}

#if MAMMO_WITH_DCMTK
void jpeg_2000(Bytes bytes) {
  const std::string name = "fuzzed";
  const image::Source source{bytes, name, small()};
  may_refuse([&] { image::decode_jpeg2000(source, bytes, 32, 32); });
}
#endif

constexpr Target targets[] = {
    {"film_png", film<Format::png>},     {"film_jpeg", film<Format::jpeg>}, {"film_tiff", film<Format::tiff>},
    {"film_bmp", film<Format::bmp>},     {"film_pgm", film<Format::pgm>},
#if MAMMO_WITH_DCMTK
    {"film_dicom", film<Format::dicom>}, {"jpeg_2000", jpeg_2000},
#endif
};

} // namespace

std::span<const Target> film_targets() {
  return targets;
}

} // namespace mammo::fuzz
