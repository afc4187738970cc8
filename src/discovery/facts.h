// Facts: what the tools around a catalog want to know of an entity, read out of its definition once.
//
// One FactsReader belongs to one thread; what it gives is valid until it reads the next entity.
#pragma once

#include <string>
#include <string_view>

#include "catalog/snapshot.h"

namespace aureacore::discovery {

struct Facts {
  std::string_view reference;  // "component:default/order-service"
  std::string_view kind, name_space, name;
  std::string uid;
  std::string title, type, lifecycle;  // empty where there is none, as everything below
  std::string_view owner;              // references; those that the entity's own document says
  std::string_view system;
  std::string_view domain;
  std::string_view repository;  // where the descriptor lies: the source's address without credentials
  std::string_view branch;
  std::string_view directory;  // of the descriptor in the repository; "." for the top
  std::string_view labels;     // JSON: objects of strings
  std::string_view annotations;
  std::string_view tags;  // JSON: an array of strings
};

// "order-service" of "component:default/order-service"; empty of nothing.
std::string_view name_of(std::string_view reference);

class FactsReader {
 public:
  explicit FactsReader(const catalog::Snapshot& snapshot) : snapshot_(snapshot) {}

  const Facts& read(const catalog::Entity& entity);

 private:
  void read_metadata(std::string_view json);
  void read_spec(std::string_view json);
  void read_relations(const entity::Definition& definition);
  void read_place(const entity::Place& place);
  // A member's text where it is a string.
  std::string text(std::string_view json);

  const catalog::Snapshot& snapshot_;
  Facts facts_;
  std::string scratch_;
};

// The text of one annotation in Facts::annotations; empty where there is none.
std::string annotation(std::string_view annotations, std::string_view name);

}  // namespace aureacore::discovery
