#include "image/dicom_structure.hpp"

#include "dcmtk/dcmdata/dcvr.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

namespace mammo::image {
namespace {

constexpr std::size_t most_levels = 32;
constexpr std::uint32_t undefined_length = 0xffffffff;
constexpr std::uint32_t item = 0xfffee000;
constexpr std::uint32_t item_end = 0xfffee00d;
constexpr std::uint32_t sequence_end = 0xfffee0dd;
constexpr std::uint32_t pixel_data = 0x7fe00010;

bool is_upper(char c) {
  return std::isupper(static_cast<unsigned char>(c)) != 0;
}

// A VR as DCMTK takes it.
struct Representation {
  explicit Representation(const std::string& name) {
    const DcmVR vr(name.c_str());
    known = vr.isStandard() != 0;
    long_length = vr.usesExtendedLengthEncoding() != 0;
    // Names of DCMTK's own, such as "px".
    internal = long_length && !known && !(is_upper(name[0]) && is_upper(name[1]));
  }

  bool known = false;
  bool long_length = false; // in four bytes behind two others (PS3.5 7.1.2); so is that of VRs to come
  bool internal = false;
};

enum class Holds : std::uint8_t {
  elements,  // an item
  items,     // a sequence
  fragments, // compressed pixels: items without elements
};

// A sequence or an item that is open.
struct Level {
  std::size_t end; // or npos where a delimiter ends it
  Holds holds;
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

  // Returns where the data set behind file meta information begins, or where there is no more.
  std::size_t run() {
    while (position_ + 8 <= size_) {
      while (!levels_.empty() && levels_.back().end != npos && position_ >= levels_.back().end)
        levels_.pop_back();
      const std::uint32_t tag = u16(position_) << 16 | u16(position_ + 2);
      if (meta_only_ && levels_.empty() && tag >> 16 != 2) return position_;
      if (tag == item)
        enter_item();
      else if (tag == item_end || tag == sequence_end)
        leave();
      else if (holds() != Holds::elements)
        source_.fail("damaged DICOM: a sequence holds an element, expected items");
      else if (!enter_element(tag))
        break;
    }
    return size_;
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
  Holds holds() const { return levels_.empty() ? Holds::elements : levels_.back().holds; }
  bool explicit_vr() const { return levels_.empty() ? encoding_.explicit_vr : levels_.back().explicit_vr; }

  void push(const Level& level) {
    levels_.push_back(level);
    // Each sequence comes with an item.
    if (levels_.size() > 2 * most_levels)
      source_.fail("DICOM sequences nested more than ", most_levels, " deep");
  }

  // Where the innermost level that says so ends, or the bytes do.
  std::size_t end() const {
    std::size_t result = size_;
    for (const Level& level : levels_) result = std::min(result, level.end);
    return result;
  }

  void check_length(std::uint32_t length, std::size_t start) const {
    const std::size_t left = end() - std::min(start, end());
    if (start <= end() && length <= left) return;
    source_.fail("damaged or truncated DICOM: an element of ", length, " bytes where ", left, " are left");
  }

  void enter_item() {
    const std::uint32_t length = u32(position_ + 4);
    position_ += 8;
    if (holds() == Holds::elements) source_.fail("damaged DICOM: an item outside of a sequence");
    if (length != undefined_length || holds() == Holds::fragments) check_length(length, position_);
    if (holds() == Holds::fragments)
      position_ += length;
    else
      push({.end = end_of(position_, length), .holds = Holds::elements, .explicit_vr = explicit_vr()});
  }

  void leave() {
    position_ += 8;
    if (!levels_.empty()) levels_.pop_back();
  }

  // False at the end of what there is.
  bool enter_element(std::uint32_t tag) {
    const std::string vr =
        explicit_vr() ? std::string(reinterpret_cast<const char*>(data_ + position_ + 4), 2) : "";
    std::uint32_t length = vr.empty() ? u32(position_ + 4) : u16(position_ + 6);
    std::size_t start = position_ + 8;
    bool known = false;
    if (!vr.empty()) {
      const Representation representation(vr);
      if (representation.internal) source_.fail("damaged DICOM: an element without a value representation");
      if (representation.long_length) {
        if (position_ + 12 > size_) return false;
        length = u32(position_ + 8);
        start = position_ + 12;
      }
      known = representation.known && vr != "UN";
    }
    check_length(length == undefined_length ? 0 : length, start);
    position_ = start;
    const bool holds_item = position_ + 8 <= size_ && (u16(position_) << 16 | u16(position_ + 2)) == item;
    const bool pixels = tag == pixel_data && (vr.empty() || vr == "OB" || vr == "OW");
    if (length == undefined_length || vr == "SQ" || (!known && length >= 8 && holds_item)) {
      // What has no known VR is written as in implicit VR (PS3.5 6.2.2), and may be a sequence.
      push({.end = end_of(start, length),
            .holds = pixels && length == undefined_length ? Holds::fragments : Holds::items,
            .explicit_vr = known});
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

std::size_t check_meta_structure(const Source& source, std::span<const std::byte> meta) {
  return Walk(source, meta, {.explicit_vr = guess_encoding(meta).explicit_vr}, true).run();
}

DicomEncoding guess_encoding(std::span<const std::byte> dataset) {
  if (dataset.size() < 6) return {};
  const auto* data = reinterpret_cast<const char*>(dataset.data());
  return {.explicit_vr = Representation(std::string(data + 4, 2)).known,
          .big_endian = data[0] == 0 && data[1] != 0};
}

} // namespace mammo::image
