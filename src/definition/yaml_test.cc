#include "definition/yaml.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cmath>

namespace aureacore::definition {
namespace {

std::string json(const Node& node) {
  std::string out;
  append_json(out, node);
  return out;
}

// The documents as JSON lines, and the diagnostics' messages.
std::string documents(const YamlFile& file) {
  std::string out;
  for (const YamlDocument& document : file.documents)
    out += json(document.root) + (document.valid ? "\n" : " invalid\n");
  return out;
}

std::string one(std::string_view text) {
  const YamlFile file = parse_yaml(text);
  EXPECT_TRUE(file.diagnostics.empty()) << file.diagnostics[0].message;
  EXPECT_EQ(file.documents.size(), 1U);
  return file.documents.empty() ? std::string() : json(file.documents[0].root);
}

std::string first_error(const YamlFile& file) {
  if (file.diagnostics.empty()) return "none";
  const auto& error = file.diagnostics[0];
  return fmt::format("{} {}:{} {}", error.rule, error.mark.line, error.mark.column, error.message);
}

TEST(Yaml, TypesScalarsByTheCoreSchema) {
  EXPECT_EQ(one("[null, Null, NULL, ~, '~', nULL]"), R"([null,null,null,null,"~","nULL"])");
  EXPECT_EQ(one("[true, True, TRUE, tRUE, false, False, FALSE]"), R"([true,true,true,"tRUE",false,false,false])");
  EXPECT_EQ(one("[yes, no, on, off, y, n, Yes]"), R"(["yes","no","on","off","y","n","Yes"])");
  EXPECT_EQ(one("[0, -0, 017, 0o17, 0x1F, +12, 12345678901234567890]"), "[0,0,17,15,31,12,12345678901234567000.0]");
  EXPECT_EQ(one("[1.0, 2.50, .5, 5., 1e3, -1.5E-3, +.5]"), "[1,2.5,0.5,5,1000,-0.0015,0.5]");
  EXPECT_EQ(one("[.inf, -.Inf, +.INF, .nan, .NaN]"), "[null,null,null,null,null]");
  EXPECT_EQ(one("[1:30, 1_000, 0b1, 0o8, 0x, 0xg, -0x1, ., -, +, e3, 1e, 1.2.3, 2024-01-02]"),
            R"(["1:30","1_000","0b1","0o8","0x","0xg","-0x1",".","-","+","e3","1e","1.2.3","2024-01-02"])");
  EXPECT_EQ(one("[1e999, -1e999, 1e-999]"), "[null,null,0]");
  EXPECT_EQ(one("- \"1\"\n- '1'\n- |-\n  1\n- >-\n  true\n"), R"(["1","1","1","true"])");
}

TEST(Yaml, TypesScalarsByTheirTag) {
  EXPECT_EQ(one("[!!str 12, !!int '12', !!float 1.5, !!bool 'true', !!null '']"), R"(["12",12,1.5,true,null])");
  EXPECT_EQ(one("[!!int abc, !foo 12, ! 12, !!binary aGk=]"), R"(["abc","12","12","aGk="])");
}

TEST(Yaml, KeysAreTheTextThatJavaScriptMakesOfThem) {
  EXPECT_EQ(
      one("{10: a, 9: b, true: c, null: d, 0x1F: e, 1.0: f, .inf: g, -.inf: h, .nan: i, 1e21: j}"),
      R"({"10":"a","9":"b","true":"c","":"d","31":"e","1":"f","Infinity":"g","-Infinity":"h","NaN":"i","1e+21":"j"})");
  EXPECT_EQ(one("? [a, {b: 1}]\n: x\n? {c: d}\n: [y]\n"), R"({"[\"a\",{\"b\":1}]":"x","{\"c\":\"d\"}":["y"]})");
}

TEST(Yaml, MergeKeysAreOrdinaryKeys) {
  EXPECT_EQ(one("a: &x {k: v}\nb: {<<: *x, z: y}\n"), R"({"a":{"k":"v"},"b":{"<<":{"k":"v"},"z":"y"}})");
}

TEST(Yaml, ExpandsAliases) {
  EXPECT_EQ(one("a: &x [1, {b: 2}]\nc: *x\nd: [*x]\n"), R"({"a":[1,{"b":2}],"c":[1,{"b":2}],"d":[[1,{"b":2}]]})");
  EXPECT_EQ(one("&k key: &v value\n*v : *k\n"), R"({"key":"value","value":"key"})");
  EXPECT_EQ(one("[&a 1, &a 2, *a]"), "[1,2,2]");
  EXPECT_EQ(one("- &a {x: &b [q]}\n- *b\n- *a\n"), R"([{"x":["q"]},["q"],{"x":["q"]}])");
}

TEST(Yaml, AnAliasMustFollowItsAnchor) {
  EXPECT_EQ(first_error(parse_yaml("a: *x\n")), "yaml 1:4 expected an anchor &x before the alias *x, found none");
  EXPECT_EQ(first_error(parse_yaml("a: &x [*x]\n")),
            "yaml 1:8 expected an alias to something complete, found *x inside of what &x names");
  // An anchor ends with its document, and the next document is not harmed.
  EXPECT_EQ(documents(parse_yaml("a: &x 1\n---\nb: *x\n---\nc: 2\n")), "{\"a\":1}\n{\"b\":null} invalid\n{\"c\":2}\n");
  // What stands inside of a key can't be named.
  EXPECT_FALSE(parse_yaml("? [&x a]\n: 1\nb: *x\n").documents.at(0).valid);
}

TEST(Yaml, AKeyGivenTwiceSpoilsItsDocumentAlone) {
  const YamlFile file = parse_yaml("a: 1\n---\nb: 1\nc: 2\nb: 3\n---\nd: 4\n");
  EXPECT_EQ(documents(file), "{\"a\":1}\n{\"b\":1,\"c\":2,\"b\":3} invalid\n{\"d\":4}\n");
  EXPECT_EQ(first_error(file),
            "yaml 5:1 expected each key once in a mapping, found \"b\" again, which is on line 3 already");
  EXPECT_TRUE(file.complete);
}

TEST(Yaml, FindsAKeyGivenTwiceAmongMany) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += fmt::format("key{}: 1\n", i);
  EXPECT_TRUE(parse_yaml(text).documents.at(0).valid);
  EXPECT_EQ(first_error(parse_yaml(text + "key7: 2\n")),
            "yaml 1001:1 expected each key once in a mapping, found \"key7\" again, which is on line 8 already");
}

TEST(Yaml, LeavesEmptyDocumentsIn) {
  EXPECT_EQ(documents(parse_yaml("---\na: 1\n---\n---\n# comment\n---\nb: 2\n...\n")),
            "{\"a\":1}\nnull\nnull\n{\"b\":2}\n");
  EXPECT_EQ(documents(parse_yaml("")), "");
  EXPECT_EQ(documents(parse_yaml("# comment\n")), "");
}

TEST(Yaml, TakesByteOrderMarkAndCarriageReturns) {
  EXPECT_EQ(one("\xEF\xBB\xBF"
                "a: 1\r\nb: |\r\n  x\r\n  y\r\n"),
            R"({"a":1,"b":"x\ny\n"})");
}

TEST(Yaml, KeepsWhatStandsBeforeASyntaxError) {
  const YamlFile file = parse_yaml("a: 1\n---\nfoo: [\n---\nb: 2\n");
  EXPECT_EQ(documents(file), "{\"a\":1}\n");
  EXPECT_FALSE(file.complete);
  EXPECT_EQ(file.diagnostics.size(), 1U);
  EXPECT_EQ(file.diagnostics[0].mark.line, 4U);
}

TEST(Yaml, SaysThatATabIsNoIndentation) {
  const YamlFile file = parse_yaml("metadata:\n\tname: tab\n");
  EXPECT_FALSE(file.complete);
  EXPECT_EQ(first_error(file), "yaml 2:1 expected spaces as indentation, found a tab: replace it by spaces");
}

TEST(Yaml, ReplacesWhatIsNotUtf8) {
  const YamlFile file = parse_yaml("a: 1\nb: caf\xE9 \xE2\x98 \xF0\x9F\x98\x80\n");
  EXPECT_EQ(documents(file), "{\"a\":1,\"b\":\"caf\xEF\xBF\xBD \xEF\xBF\xBD \xF0\x9F\x98\x80\"}\n");
  ASSERT_EQ(file.diagnostics.size(), 1U);
  EXPECT_EQ(file.diagnostics[0].severity, entity::Severity::warning);
  EXPECT_EQ(file.diagnostics[0].mark, (entity::Mark{2, 7}));
}

TEST(Yaml, RefusesBinaryContent) {
  for (const std::string_view bytes : {std::string_view("a: \0b", 5),
                                       std::string_view("\x7F"
                                                        "ELF\x02\x01\x01\0\0\0",
                                                        10),
                                       std::string_view("a: \x01\n")}) {
    const YamlFile file = parse_yaml(bytes);
    EXPECT_FALSE(file.complete);
    EXPECT_TRUE(file.documents.empty());
    EXPECT_NE(first_error(file).find("found a byte that YAML doesn't allow"), std::string::npos) << first_error(file);
  }
}

TEST(Yaml, WarnsOfAnOlderVersion) {
  const YamlFile file = parse_yaml("%YAML 1.1\n---\na: yes\n");
  EXPECT_EQ(documents(file), "{\"a\":\"yes\"}\n");
  ASSERT_EQ(file.diagnostics.size(), 1U);
  EXPECT_EQ(file.diagnostics[0].severity, entity::Severity::warning);
}

TEST(YamlLimits, BytesOfTheFile) {
  const std::string huge(100 << 20, 'a');
  const YamlFile file = parse_yaml(huge);
  EXPECT_FALSE(file.complete);
  EXPECT_EQ(first_error(file), "limit 0:0 expected a file of at most 1048576 bytes, found 104857600 bytes");
}

TEST(YamlLimits, Depth) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_yaml(nested(64)).complete);
  EXPECT_EQ(first_error(parse_yaml(nested(65))), "limit 1:65 expected nesting of at most 64 levels, found more");
  const YamlFile bomb = parse_yaml(std::string(1'000'000, '['));
  EXPECT_TRUE(bomb.documents.empty());
  EXPECT_FALSE(bomb.complete);
}

TEST(YamlLimits, DepthOfExpandedAliases) {
  std::string text = "- &a0 [x]\n";
  for (int i = 1; i < 100; ++i) text += fmt::format("- &a{} [*a{}]\n", i, i - 1);
  const YamlFile file = parse_yaml(text);
  EXPECT_FALSE(file.complete);
  EXPECT_NE(first_error(file).find("aliases expanded"), std::string::npos) << first_error(file);
}

TEST(YamlLimits, NodesOfExpandedAliases) {
  std::string text = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char name = 'b'; name < 'k'; ++name) {
    const std::string before(1, static_cast<char>(name - 1));
    text += fmt::format("{0}: &{0} [*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1}]\n", name, before);
  }
  const YamlFile file = parse_yaml(text);
  EXPECT_FALSE(file.complete);
  EXPECT_TRUE(file.documents.empty());
  EXPECT_NE(first_error(file).find("expected at most 500000 values in a file, aliases expanded"), std::string::npos);
}

TEST(YamlLimits, BytesOfExpandedAliases) {
  std::string text = fmt::format("- &a {}\n", std::string(500'000, 'x'));
  for (int i = 0; i < 100; ++i) text += "- *a\n";
  const YamlFile file = parse_yaml(text);
  EXPECT_FALSE(file.complete);
  EXPECT_NE(first_error(file).find("bytes of text in a file"), std::string::npos) << first_error(file);
}

TEST(YamlLimits, Documents) {
  const YamlFile file = parse_yaml("---\na\n---\nb\n---\nc\n", {.documents = 2});
  EXPECT_EQ(documents(file), "\"a\"\n\"b\"\n");
  EXPECT_EQ(first_error(file), "limit 5:1 expected at most 2 documents in a file, found more");
}

}  // namespace
}  // namespace aureacore::definition
