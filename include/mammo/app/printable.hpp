#pragma once

#include <string>
#include <string_view>

namespace mammo::app {

/// A file's name or a message, made fit for one line of a terminal: control characters and bytes that are no
/// UTF-8 become `\xNN` (a newline `\n`, a tab `\t`), all else stays.
std::string printable(std::string_view text);

/// Whether it is well-formed UTF-8 (Unicode 15, table 3-7).
bool is_utf8(std::string_view text);

} // namespace mammo::app
