#include "redis/conversation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "redis/listener.h"

namespace aureacore::redis {
namespace {

using base::Code;
using ::testing::ElementsAre;

class ConversationTest : public ::testing::Test {
 protected:
  void begin(int count, std::size_t bytes = 1) {
    for (int i = 0; i < count; ++i) commands.push_back(Command("X").argument(std::string(bytes, 'x')));
    std::vector<const Command*> pointers;
    for (const Command& command : commands) pointers.push_back(&command);
    conversation.begin(std::move(pointers));
  }
  // How many commands are written until something must be answered.
  int write() {
    const std::size_t before = conversation.sent();
    for (auto bytes = conversation.output(); !bytes.empty(); bytes = conversation.output()) {
      conversation.wrote(std::min<std::size_t>(bytes.size(), 1000));
    }
    return static_cast<int>(conversation.sent() - before);
  }

  static Limits small() {
    Limits limits;
    limits.unanswered_commands = 3;
    limits.unanswered_bytes = 1000;
    return limits;
  }
  Conversation conversation{small()};
  std::vector<Command> commands;
};

TEST_F(ConversationTest, PairsRepliesWithCommands) {
  begin(2);
  EXPECT_EQ(write(), 2);
  EXPECT_TRUE(conversation.receive(":1\r\n:"));
  EXPECT_FALSE(conversation.done());
  EXPECT_TRUE(conversation.receive("2\r\n"));
  ASSERT_TRUE(conversation.done());
  const auto replies = conversation.end();
  EXPECT_EQ(replies.at(0).integer, 1);
  EXPECT_EQ(replies.at(1).integer, 2);
}

TEST_F(ConversationTest, IsDoneWithoutCommands) {
  begin(0);
  EXPECT_EQ(write(), 0);
  EXPECT_TRUE(conversation.done());
}

TEST_F(ConversationTest, LimitsTheCommandsUnderWay) {
  begin(5);
  EXPECT_EQ(write(), 3);
  EXPECT_TRUE(conversation.receive(":1\r\n"));
  EXPECT_EQ(write(), 1);
  EXPECT_TRUE(conversation.receive(":1\r\n:1\r\n:1\r\n"));
  EXPECT_EQ(write(), 1);
  EXPECT_TRUE(conversation.receive(":1\r\n"));
  EXPECT_TRUE(conversation.done());
}

TEST_F(ConversationTest, LimitsTheBytesUnderWayButSendsOneWhateverItsSize) {
  begin(3, 5000);
  EXPECT_EQ(write(), 1);
  EXPECT_EQ(write(), 0);
  EXPECT_TRUE(conversation.receive(":1\r\n"));
  EXPECT_EQ(write(), 1);
}

TEST_F(ConversationTest, LeavesOutPushes) {
  begin(1);
  write();
  EXPECT_TRUE(conversation.receive(">1\r\n+invalidate\r\n:1\r\n>1\r\n+x\r\n"));
  EXPECT_TRUE(conversation.done());
}

TEST_F(ConversationTest, RefusesAReplyToNothing) {
  begin(5);
  write();
  EXPECT_EQ(conversation.receive(":1\r\n:1\r\n:1\r\n:1\r\n").error().code, Code::corrupt);
}

TEST_F(ConversationTest, RefusesGarbage) {
  begin(1);
  write();
  EXPECT_EQ(conversation.receive("HTTP/1.1 200 OK\r\n").error().code, Code::corrupt);
}

TEST(Listener, HearsItsChannelUnderBothProtocols) {
  for (const std::string type : {"*", ">"}) {
    Listener listener("c", {});
    EXPECT_EQ(listener.subscribe(), "*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nc\r\n");
    auto heard = listener.receive(type + "3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n" + type + "3\r\n$7\r\nmes");
    ASSERT_TRUE(heard);
    EXPECT_TRUE(heard->subscribed);
    EXPECT_TRUE(heard->messages.empty());
    heard = listener.receive("sage\r\n$1\r\nc\r\n$2\r\nhi\r\n" + type + "2\r\n$4\r\npong\r\n$0\r\n\r\n+PONG\r\n" +
                             type + "3\r\n$7\r\nmessage\r\n$1\r\nd\r\n$2\r\nno\r\n");
    ASSERT_TRUE(heard);
    EXPECT_FALSE(heard->subscribed);
    EXPECT_THAT(heard->messages, ElementsAre("hi"));
  }
}

TEST(Listener, LeavesOutLongMessagesAndEndsOnErrors) {
  Listener listener("c", {});
  const std::string longest(1024, 'x');
  const auto heard = listener.receive("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1025\r\nx" + longest +
                                      "\r\n*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1024\r\n" + longest + "\r\n");
  ASSERT_TRUE(heard);
  EXPECT_THAT(heard->messages, ElementsAre(longest));
  EXPECT_EQ(listener.receive("-NOPERM no\r\n").error().code, Code::denied);
}

}  // namespace
}  // namespace aureacore::redis
