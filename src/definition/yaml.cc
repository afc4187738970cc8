#include "definition/yaml.h"

#include <fmt/core.h>

#include <optional>

#include "base/text.h"
#include "definition/encoding.h"
#include "definition/events.h"
#include "definition/tree_builder.h"

namespace aureacore::definition {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

class Reader {
 public:
  Reader(std::string_view text, const YamlLimits& limits) : events_(text), builder_(limits, file_), limits_(limits) {}

  YamlFile run() {
    bool going_on = true;
    while (going_on) {
      const yaml_event_t* event = events_.next();
      going_on = event != nullptr ? take(*event) : fail("yaml", events_.error_mark(), events_.error_message());
    }
    file_.nodes = builder_.nodes();
    file_.scalar_bytes = builder_.scalar_bytes();
    return std::move(file_);
  }

 private:
  // False at the end, be it good or bad.
  bool take(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_STREAM_END_EVENT:
        return false;
      case YAML_DOCUMENT_START_EVENT:
        return begin_document(event);
      case YAML_DOCUMENT_END_EVENT:
        builder_.end_document();
        return true;
      default:
        if (auto exceeded = builder_.take(event)) return fail("limit", mark_of(event.start_mark), std::move(*exceeded));
        return true;
    }
  }

  bool begin_document(const yaml_event_t& event) {
    const entity::Mark mark = mark_of(event.start_mark);
    if (file_.documents.size() == limits_.documents) {
      return fail("limit", mark, fmt::format("expected at most {} documents in a file, found more", limits_.documents));
    }
    const auto* version = event.data.document_start.version_directive;
    if (version != nullptr && version->minor < 2) {
      file_.diagnostics.push_back(
          {.severity = entity::Severity::warning,
           .rule = "yaml",
           .message = fmt::format("expected YAML 1.2, found the directive %YAML {}.{}: the file is read "
                                  "as YAML 1.2 all the same, where yes and on are strings",
                                  version->major, version->minor),
           .path = {},
           .mark = mark,
           .entity = {}});
    }
    builder_.begin_document(mark);
    return true;
  }

  bool fail(std::string rule, entity::Mark mark, std::string message) {
    builder_.abandon_document();
    file_.complete = false;
    file_.diagnostics.push_back(
        {.rule = std::move(rule), .message = std::move(message), .path = {}, .mark = mark, .entity = {}});
    return false;
  }

  YamlFile file_;
  Events events_;
  TreeBuilder builder_;
  const YamlLimits& limits_;
};

YamlFile refuse(std::size_t size, std::size_t limit) {
  YamlFile file{.complete = false};
  file.diagnostics.push_back(
      {.rule = "limit",
       .message = fmt::format("expected a file of at most {} bytes, found {} bytes", limit, size),
       .path = {},
       .mark = {},
       .entity = {}});
  return file;
}

entity::Diagnostic not_utf8(entity::Mark mark) {
  return {.severity = entity::Severity::warning,
          .rule = "yaml",
          .message = "expected UTF-8, found other bytes, which were replaced by U+FFFD: save the file as UTF-8",
          .path = {},
          .mark = mark,
          .entity = {}};
}

}  // namespace

YamlFile parse_yaml(std::string_view text, const YamlLimits& limits) {
  if (text.size() > limits.bytes) return refuse(text.size(), limits.bytes);
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (base::is_utf8(text)) return Reader(text, limits).run();
  const Repaired repaired = repair_utf8(text);
  YamlFile file = Reader(repaired.text, limits).run();
  file.diagnostics.insert(file.diagnostics.begin(), not_utf8(repaired.first));
  return file;
}

}  // namespace aureacore::definition
