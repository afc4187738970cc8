#include "api/list_body.h"

namespace aureacore::api {

void append_item(List& list, std::size_t index, std::string& scratch, std::string& out) {
  const catalog::Entity* entity = list.items[index];
  if (entity == nullptr) {
    out.append("null");
  } else if (list.fields.is_everything()) {
    entity->append_json(out);
  } else {
    scratch.clear();
    entity->append_json(scratch);
    list.fields.project(scratch, out);
  }
}

bool ListBody::produce(http::Output& out, std::size_t budget) {
  std::size_t written = 0;
  if (next_ == 0) out.append(list_.before);
  while (next_ < list_.items.size() && written < budget) {
    item_.clear();
    if (next_ != 0) item_.push_back(',');
    append_item(list_, next_++, json_, item_);
    out.append(item_);
    written += item_.size();
  }
  if (next_ < list_.items.size()) return true;
  out.append(list_.after);
  return false;
}

}  // namespace aureacore::api
