#pragma once

#include "dcmtk/config/osconfig.h"
#include "dcmtk/dcmdata/dctk.h"
#include "image/source.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mammo::image {

struct DicomFile {
  // Pixel data still in its transfer syntax, `getOriginalXfer()`; explicit little endian where it was
  // deflated.
  std::unique_ptr<DcmDataset> dataset;
  bool deflated = false;
};

// Throws FileError on what is no DICOM or is damaged.
DicomFile parse_dicom(const Source& source);

// DCMTK's complaints in this thread while the object lives; they are printed nowhere.
class DcmtkMessages {
 public:
  DcmtkMessages();
  ~DcmtkMessages();
  DcmtkMessages(const DcmtkMessages&) = delete;
  DcmtkMessages& operator=(const DcmtkMessages&) = delete;

  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
  std::vector<std::string>* outer_;
};

// The attributes of one data set or sequence item; never those of its nested items.
class Attributes {
 public:
  explicit Attributes(DcmItem* item) : item_(item) {}

  bool has(const DcmTagKey& tag) const; // and it has a value
  // One line of UTF-8: control characters are dropped, and characters that our reader has no table for become
  // '?'.
  std::string text(const DcmTagKey& tag) const;               // all values, with backslashes between
  std::vector<std::string> texts(const DcmTagKey& tag) const; // value by value
  std::vector<double> numbers(const DcmTagKey& tag) const;    // DS, IS, FD, FL; stops at one that is none
  std::optional<double> number(const DcmTagKey& tag) const;   // the first of them
  std::optional<std::int64_t> integer(const DcmTagKey& tag, unsigned long index = 0) const; // US, SS, UL, SL
  std::vector<std::uint16_t> words(const DcmTagKey& tag) const; // US, SS or OW as they are
  std::vector<Attributes> sequence(const DcmTagKey& tag) const;
  // The data set's own attributes or, in an enhanced object, those of the functional group `group` of its
  // first frame: whichever has `tag`; else the data set's own.
  Attributes frame_attributes(const DcmTagKey& group, const DcmTagKey& tag) const;

  DcmItem& item() const { return *item_; }

 private:
  DcmItem* item_;
};

} // namespace mammo::image
