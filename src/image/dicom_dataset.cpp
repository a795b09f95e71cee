#include "image/dicom_dataset.hpp"

#include "dcmtk/dcmdata/dcistrmb.h"
#include "dcmtk/dcmdata/dcmetinf.h"
#include "dcmtk/oflog/oflog.h"
#include "dcmtk/oflog/spi/logevent.h"
#include "image/dicom_structure.hpp"

#include <algorithm>
#include <array>
#include <mutex>

#include <zlib.h>

namespace mammo::image {
namespace {

thread_local std::vector<std::string>* listener = nullptr;

class MessageAppender : public dcmtk::log4cplus::Appender {
 public:
  ~MessageAppender() override { destructorImpl(); }
  void close() override {}

 protected:
  void append(const dcmtk::log4cplus::spi::InternalLoggingEvent& event) override {
    if (listener != nullptr) listener->emplace_back(event.getMessage().c_str());
  }
};

void take_over_logging() {
  static std::once_flag once;
  std::call_once(once, [] {
    OFLog::configure(OFLogger::WARN_LOG_LEVEL);
    auto root = dcmtk::log4cplus::Logger::getRoot();
    root.removeAllAppenders();
    root.addAppender(dcmtk::log4cplus::SharedAppenderPtr(new MessageAppender));
  });
}

// A data set without preamble starts with the smallest groups there are: anything else is no DICOM.
bool may_start_a_data_set(const Source& source) {
  if (source.size() < 8) return false;
  const std::uint8_t* data = source.data();
  const unsigned little = data[0] | data[1] << 8;
  const unsigned big = data[1] | data[0] << 8;
  const auto expected = [](unsigned group) { return group == 0x0002 || group == 0x0008; };
  return expected(little) || expected(big);
}

// The rest of a deflated file (PS3.5 A.5), at most `limit` bytes.
std::vector<std::uint8_t> inflate_all(const Source& source, std::size_t offset, std::uint64_t limit) {
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw OutOfMemory("no memory for zlib");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
  std::vector<std::uint8_t> result;
  std::vector<std::uint8_t> chunk(std::size_t{1} << 18);
  stream.next_in = const_cast<Bytef*>(source.data() + offset);
  std::size_t rest = source.size() - offset;
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    const auto portion = static_cast<uInt>(std::min<std::size_t>(rest, 1U << 30));
    stream.avail_in = portion;
    stream.next_out = chunk.data();
    stream.avail_out = static_cast<uInt>(chunk.size());
    status = inflate(&stream, Z_NO_FLUSH);
    const std::size_t made = chunk.size() - stream.avail_out;
    const std::size_t used = portion - stream.avail_in;
    rest -= used;
    if (status != Z_OK && status != Z_STREAM_END) source.fail("damaged or truncated DICOM: cannot inflate");
    if (made == 0 && used == 0) source.fail("truncated DICOM: its deflated data set is not complete");
    if (result.size() + made > limit) source.fail("DICOM inflates to more than ", limit, " bytes");
    result.insert(result.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(made));
  }
  return result;
}

void feed(DcmInputBufferStream& stream, const std::uint8_t* data, std::size_t size) {
  // The stream reads only, but asks for a plain pointer.
  stream.setBuffer(const_cast<std::uint8_t*>(data), static_cast<offile_off_t>(size));
  stream.setEos();
}

[[noreturn]] void fail_parse(const Source& source, const OFCondition& condition) {
  if (sniff(source.bytes) != Format::dicom) source.fail("not an image: no known first bytes, and not DICOM");
  source.fail("damaged or truncated DICOM: ", condition.text());
}

E_TransferSyntax guess_syntax(std::span<const std::byte> bytes) {
  const DicomEncoding encoding = guess_encoding(bytes);
  if (!encoding.explicit_vr) return encoding.big_endian ? EXS_BigEndianImplicit : EXS_LittleEndianImplicit;
  return encoding.big_endian ? EXS_BigEndianExplicit : EXS_LittleEndianExplicit;
}

std::unique_ptr<DcmDataset> read_dataset(const Source& source, DcmInputStream& stream,
                                         std::span<const std::byte> bytes, E_TransferSyntax syntax) {
  if (syntax == EXS_Unknown) syntax = guess_syntax(bytes);
  const DcmXfer xfer(syntax);
  check_structure(source, bytes, {.explicit_vr = xfer.isExplicitVR(), .big_endian = xfer.isBigEndian()});
  auto dataset = std::make_unique<DcmDataset>();
  dataset->transferInit();
  const OFCondition condition = dataset->read(stream, syntax, EGL_noChange, DCM_MaxReadLength);
  dataset->transferEnd();
  if (condition.bad() && condition != EC_EndOfStream) fail_parse(source, condition);
  if (dataset->card() == 0) fail_parse(source, EC_InvalidStream);
  return dataset;
}

std::string utf8_of(const OFString& value, const std::string& charset) {
  const bool latin1 =
      charset.find("ISO_IR 100") != std::string::npos || charset.find("2022 IR 100") != std::string::npos;
  const bool utf8 = charset.find("ISO_IR 192") != std::string::npos;
  std::string result;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    if (c < 0x20 || c == 0x7f) continue;
    if (c < 0x80) {
      result += static_cast<char>(c);
    } else if (latin1 && c >= 0xa0) {
      result += static_cast<char>(0xc0 | c >> 6);
      result += static_cast<char>(0x80 | (c & 0x3f));
    } else if (utf8 && c >= 0xc2 && c < 0xe0 && i + 1 < value.size() && (value[i + 1] & 0xc0) == 0x80) {
      result += static_cast<char>(c);
      result += value[++i];
    } else {
      result += '?';
    }
  }
  const auto last = result.find_last_not_of(' ');
  const auto first = result.find_first_not_of(' ');
  return first == std::string::npos ? "" : result.substr(first, last - first + 1);
}

} // namespace

DcmtkMessages::DcmtkMessages() : outer_(listener) {
  take_over_logging();
  listener = &lines_;
}

DcmtkMessages::~DcmtkMessages() {
  listener = outer_;
}

DicomFile parse_dicom(const Source& source) {
  const DcmtkMessages messages;
  if (sniff(source.bytes) != Format::dicom && !may_start_a_data_set(source)) {
    fail_parse(source, EC_InvalidStream);
  }
  const std::size_t preamble = sniff(source.bytes) == Format::dicom ? 132 : 0;
  const std::size_t offset = preamble + check_meta_structure(source, source.bytes.subspan(preamble));
  DcmInputBufferStream meta_stream;
  feed(meta_stream, source.data(), offset);
  DcmMetaInfo meta;
  meta.transferInit();
  const OFCondition condition = meta.read(meta_stream, EXS_Unknown, EGL_noChange, DCM_MaxReadLength);
  meta.transferEnd();
  if (condition.bad() && condition != EC_EndOfStream) fail_parse(source, condition);

  E_TransferSyntax syntax = EXS_Unknown;
  OFString uid;
  if (meta.findAndGetOFString(DCM_TransferSyntaxUID, uid).good() && !uid.empty()) {
    const DcmXfer xfer(uid.c_str());
    syntax = xfer.getXfer();
    if (syntax == EXS_Unknown) {
      source.fail("DICOM transfer syntax ", utf8_of(uid, ""), " is not one that can be read here");
    }
  }
  DcmInputBufferStream stream;
  if (syntax != EXS_DeflatedLittleEndianExplicit) {
    feed(stream, source.data() + offset, source.size() - offset);
    return {read_dataset(source, stream, source.bytes.subspan(offset), syntax), false};
  }
  // The largest picture allowed, and room for all else.
  const std::uint64_t limit = 2 * static_cast<std::uint64_t>(source.options.limits.pixels) + (64U << 20);
  const auto inflated = inflate_all(source, offset, limit);
  feed(stream, inflated.data(), inflated.size());
  const auto bytes = std::as_bytes(std::span(inflated));
  return {read_dataset(source, stream, bytes, EXS_LittleEndianExplicit), true};
}

bool Attributes::has(const DcmTagKey& tag) const {
  return item_->tagExistsWithValue(tag);
}

std::vector<std::string> Attributes::texts(const DcmTagKey& tag) const {
  DcmElement* element = nullptr;
  if (item_->findAndGetElement(tag, element).bad()) return {};
  OFString charset;
  // Items inherit the data set's character set.
  for (DcmObject* object = item_; object != nullptr && charset.empty(); object = object->getParent()) {
    if (auto* holder = dynamic_cast<DcmItem*>(object)) {
      holder->findAndGetOFStringArray(DCM_SpecificCharacterSet, charset);
    }
  }
  std::vector<std::string> result;
  for (unsigned long i = 0; i < element->getVM(); ++i) {
    OFString value;
    if (element->getOFString(value, i).bad()) break;
    result.push_back(utf8_of(value, charset.c_str()));
  }
  return result;
}

std::string Attributes::text(const DcmTagKey& tag) const {
  std::string result;
  const auto values = texts(tag);
  for (std::size_t i = 0; i < values.size(); ++i) result += (i == 0 ? "" : "\\") + values[i];
  return result;
}

std::vector<double> Attributes::numbers(const DcmTagKey& tag) const {
  DcmElement* element = nullptr;
  if (item_->findAndGetElement(tag, element).bad()) return {};
  std::vector<double> result;
  for (unsigned long i = 0; i < element->getVM(); ++i) {
    Float64 value = 0;
    Sint32 whole = 0;
    if (element->getFloat64(value, i).good())
      result.push_back(value);
    else if (element->getSint32(whole, i).good())
      result.push_back(whole);
    else
      break;
  }
  return result;
}

std::optional<double> Attributes::number(const DcmTagKey& tag) const {
  const auto values = numbers(tag);
  return values.empty() ? std::nullopt : std::optional(values.front());
}

std::optional<std::int64_t> Attributes::integer(const DcmTagKey& tag, unsigned long index) const {
  DcmElement* element = nullptr;
  if (item_->findAndGetElement(tag, element).bad()) return std::nullopt;
  Uint16 u16 = 0;
  Sint16 s16 = 0;
  Uint32 u32 = 0;
  Sint32 s32 = 0;
  if (element->getUint16(u16, index).good()) return u16;
  if (element->getSint16(s16, index).good()) return s16;
  if (element->getUint32(u32, index).good()) return u32;
  if (element->getSint32(s32, index).good()) return s32;
  return std::nullopt;
}

std::vector<std::uint16_t> Attributes::words(const DcmTagKey& tag) const {
  DcmElement* element = nullptr;
  if (item_->findAndGetElement(tag, element).bad()) return {};
  const std::size_t count = element->getLength() / 2;
  Uint16* u16 = nullptr;
  if (element->getUint16Array(u16).good() && u16 != nullptr) return {u16, u16 + count};
  Sint16* s16 = nullptr;
  if (element->getSint16Array(s16).good() && s16 != nullptr) return {s16, s16 + count};
  return {};
}

std::vector<Attributes> Attributes::sequence(const DcmTagKey& tag) const {
  DcmSequenceOfItems* items = nullptr;
  if (item_->findAndGetSequence(tag, items).bad() || items == nullptr) return {};
  std::vector<Attributes> result;
  for (unsigned long i = 0; i < items->card(); ++i) result.emplace_back(items->getItem(i));
  return result;
}

Attributes Attributes::frame_attributes(const DcmTagKey& group, const DcmTagKey& tag) const {
  if (has(tag)) return *this;
  for (const DcmTagKey& functional_groups :
       {DCM_SharedFunctionalGroupsSequence, DCM_PerFrameFunctionalGroupsSequence}) {
    const auto frames = sequence(functional_groups);
    if (frames.empty()) continue;
    const auto macros = frames.front().sequence(group);
    DcmElement* element = nullptr;
    if (!macros.empty() && macros.front().item().findAndGetElement(tag, element).good())
      return macros.front();
  }
  return *this;
}

} // namespace mammo::image
