#include "mammo/pipeline/type_name.hpp"

#include <array>
#include <utility>

namespace mammo::pipeline::detail {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// Takes ", std::allocator<...>" away, with whatever it is of.
void drop_allocators(std::string& text) {
  constexpr std::string_view word = ", std::allocator<";
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at)) {
    std::size_t end = at + word.size();
    for (int open = 1; open > 0 && end < text.size(); ++end) {
      if (text[end] == '<') ++open;
      if (text[end] == '>') --open;
    }
    while (end < text.size() && text[end] == ' ') ++end;
    text.erase(at, end - at);
  }
}

} // namespace

std::string readable_type(std::string_view spelling) {
  std::string text(spelling);
  drop_allocators(text);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> shorter{{
      {"std::__cxx11::", "std::"},
      {"std::filesystem::__cxx11::", "std::filesystem::"},
      {"__gnu_cxx::", ""},
      {"std::basic_string<char>", "std::string"},
      {"{anonymous}::", ""},
      {"(anonymous namespace)::", ""},
  }};
  for (const auto& [from, to] : shorter) replace_all(text, from, to);
  replace_all(text, " >", ">");
  return text;
}

} // namespace mammo::pipeline::detail
