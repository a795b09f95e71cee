#include "image/dicom_structure.hpp"

#include <cctype>
#include <string_view>
#include <vector>

namespace mammo::image {
namespace {

constexpr std::size_t most_levels = 32;
constexpr std::uint32_t undefined_length = 0xffffffff;
constexpr std::uint32_t item = 0xfffee000;
constexpr std::uint32_t item_end = 0xfffee00d;
constexpr std::uint32_t sequence_end = 0xfffee0dd;
constexpr std::uint32_t pixel_data = 0x7fe00010;

// Whether the two characters are a VR whose length takes four bytes (PS3.5 7.1.2). That goes for each VR that
// may yet be invented, too.
bool is_long_vr(std::string_view vr) {
  static constexpr std::string_view short_ones =
      "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US ";
  if (vr.size() != 2 || std::isupper(static_cast<unsigned char>(vr[0])) == 0 ||
      std::isupper(static_cast<unsigned char>(vr[1])) == 0) {
    return false;
  }
  const std::size_t found = short_ones.find(vr);
  return found == std::string_view::npos || found % 3 != 0;
}

// A sequence or an item that is open.
struct Level {
  std::size_t end; // or npos where a delimiter ends it
  bool fragments;  // of compressed pixels: its items hold no elements
  bool explicit_vr;
};
constexpr std::size_t npos = static_cast<std::size_t>(-1);

class Walk {
 public:
  Walk(const Source& source, std::span<const std::byte> bytes, DicomEncoding encoding, bool meta_only)
      : source_(source),
        data_(reinterpret_cast<const std::uint8_t*>(bytes.data())),
        size_(bytes.size()),
        encoding_(encoding),
        meta_only_(meta_only) {}

  void run() {
    while (position_ + 8 <= size_) {
      while (!levels_.empty() && levels_.back().end != npos && position_ >= levels_.back().end)
        levels_.pop_back();
      const std::uint32_t tag = u16(position_) << 16 | u16(position_ + 2);
      if (meta_only_ && levels_.empty() && tag >> 16 != 2) return;
      if (tag == item)
        enter_item();
      else if (tag == item_end || tag == sequence_end)
        leave();
      else if (!enter_element(tag))
        return;
    }
  }

 private:
  std::uint32_t u16(std::size_t i) const {
    return encoding_.big_endian ? static_cast<std::uint32_t>(data_[i] << 8 | data_[i + 1])
                                : static_cast<std::uint32_t>(data_[i + 1] << 8 | data_[i]);
  }
  std::uint32_t u32(std::size_t i) const {
    return encoding_.big_endian ? u16(i) << 16 | u16(i + 2) : u16(i + 2) << 16 | u16(i);
  }
  std::size_t end_of(std::size_t start, std::uint32_t length) const {
    return length == undefined_length ? npos : start + length;
  }
  bool explicit_vr() const { return levels_.empty() ? encoding_.explicit_vr : levels_.back().explicit_vr; }

  void push(const Level& level) {
    levels_.push_back(level);
    // Each sequence comes with an item.
    if (levels_.size() > 2 * most_levels)
      source_.fail("DICOM sequences nested more than ", most_levels, " deep");
  }

  void enter_item() {
    const std::uint32_t length = u32(position_ + 4);
    position_ += 8;
    if (!levels_.empty() && levels_.back().fragments) {
      position_ = length > size_ - position_ ? size_ : position_ + length;
      return;
    }
    push({.end = end_of(position_, length), .fragments = false, .explicit_vr = explicit_vr()});
  }

  void leave() {
    position_ += 8;
    if (!levels_.empty()) levels_.pop_back();
  }

  // False at the end of what there is.
  bool enter_element(std::uint32_t tag) {
    std::string_view vr;
    std::uint32_t length = 0;
    std::size_t start = position_ + 8;
    if (explicit_vr()) {
      vr = std::string_view(reinterpret_cast<const char*>(data_ + position_ + 4), 2);
      length = u16(position_ + 6);
    } else {
      length = u32(position_ + 4);
    }
    if (is_long_vr(vr)) {
      if (position_ + 12 > size_) return false;
      length = u32(position_ + 8);
      start = position_ + 12;
    }
    if (length != undefined_length && length > size_ - start) {
      source_.fail("damaged or truncated DICOM: an element of ", length, " bytes where ", size_ - start,
                   " are left");
    }
    position_ = start;
    const bool holds_item = position_ + 8 <= size_ && (u16(position_) << 16 | u16(position_ + 2)) == item;
    const bool may_be_sequence = vr.empty() || vr == "UN";
    if (length == undefined_length || vr == "SQ" || (may_be_sequence && length >= 8 && holds_item)) {
      // What is of unknown VR is written with implicit ones inside (PS3.5 6.2.2).
      push({.end = end_of(start, length),
            .fragments = tag == pixel_data && length == undefined_length,
            .explicit_vr = explicit_vr() && vr != "UN"});
    } else {
      position_ += length;
    }
    return true;
  }

  const Source& source_;
  const std::uint8_t* data_;
  std::size_t size_;
  DicomEncoding encoding_;
  bool meta_only_;
  std::size_t position_ = 0;
  std::vector<Level> levels_;
};

} // namespace

void check_structure(const Source& source, std::span<const std::byte> dataset, DicomEncoding encoding) {
  Walk(source, dataset, encoding, false).run();
}

void check_meta_structure(const Source& source, std::span<const std::byte> meta) {
  Walk(source, meta, guess_encoding(meta), true).run();
}

DicomEncoding guess_encoding(std::span<const std::byte> dataset) {
  if (dataset.size() < 6) return {};
  const auto at = [&](std::size_t i) { return std::to_integer<unsigned char>(dataset[i]); };
  return {.explicit_vr = std::isupper(at(4)) != 0 && std::isupper(at(5)) != 0,
          .big_endian = at(0) == 0 && at(1) != 0};
}

} // namespace mammo::image
