#include "mammo/pipeline/describe.hpp"

#include "mammo/core/error.hpp"

#include <sstream>

namespace mammo::pipeline {
namespace {

std::string title_of(const Description& part) {
  return part.name.empty() ? part.kind : part.name;
}

/// "read (serial stage)": what a name alone would not say.
std::string label_of(const Description& part) {
  if (part.name.empty() || part.kind == "stage" || part.kind == "pipeline") return title_of(part);
  return concat(part.name, " (", part.kind, ")");
}

void write_text(const Description& part, std::size_t depth, std::ostringstream& out) {
  out << std::string(2 * depth, ' ') << label_of(part) << ": " << part.input << " -> " << part.output << '\n';
  for (const Description& inner : part.parts) write_text(inner, depth + 1, out);
}

/// `text` as dot quotes it.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

/// Draws parts as nodes; composites are drawn as their parts.
class Graph {
 public:
  std::string draw(const Description& whole) {
    out_ << "digraph pipeline {\n  rankdir=LR;\n  node [shape=box, fontname=sans];\n"
         << "  edge [fontname=sans, fontsize=10];\n  in [shape=plaintext, label=in];\n";
    const std::vector<End> ends = add(whole, {{"in", whole.input}});
    out_ << "  out [shape=plaintext, label=out];\n";
    connect(ends, "out");
    out_ << "}\n";
    return out_.str();
  }

 private:
  /// A node whose value goes on, and that value's type.
  struct End {
    std::string node;
    std::string type;
  };

  void connect(const std::vector<End>& from, const std::string& to) {
    for (const End& end : from) {
      out_ << "  " << end.node << " -> " << to << " [label=" << quoted(end.type) << "];\n";
    }
  }

  std::string add_node(const std::string& label, const char* shape) {
    std::string node = concat("n", count_++);
    out_ << "  " << node << " [label=" << quoted(label) << ", shape=" << shape << "];\n";
    return node;
  }

  std::vector<End> add(const Description& part, std::vector<End> from) {
    if (part.kind == "pipeline") {
      for (const Description& inner : part.parts) from = add(inner, std::move(from));
      return from;
    }
    if (part.kind == "tee" || part.kind == "branch") return add_split(part, from);
    std::string label = label_of(part);
    // The one stage of "each" and its like is shown inside it.
    for (const Description& inner : part.parts) label.append("\n").append(label_of(inner));
    const std::string node = add_node(label, "box");
    connect(from, node);
    return {{node, part.output}};
  }

  /// A tee's and a branch's ways, side by side, between two nodes.
  std::vector<End> add_split(const Description& part, const std::vector<End>& from) {
    const std::string split = add_node(label_of(part), part.kind == "tee" ? "triangle" : "diamond");
    connect(from, split);
    const std::string join = add_node("join", "invtriangle");
    for (const Description& way : part.parts) connect(add(way, {{split, way.input}}), join);
    return {{join, part.output}};
  }

  std::ostringstream out_;
  int count_ = 0;
};

} // namespace

std::string Description::text() const {
  std::ostringstream out;
  write_text(*this, 0, out);
  return out.str();
}

std::string Description::graphviz() const {
  return Graph().draw(*this);
}

} // namespace mammo::pipeline
