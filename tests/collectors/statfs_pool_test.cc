#include "collectors/statfs_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace hostpulse::collectors {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A statfs whose paths hang until they are released. Blocks are the length of the path.
class FakeServer {
 public:
  void Hang(const std::string& path) {
    const std::lock_guard lock(mutex_);
    hung_.insert(path);
  }
  void Release(const std::string& path) {
    const std::lock_guard lock(mutex_);
    hung_.erase(path);
    changed_.notify_all();
  }
  void ReleaseAll() {
    const std::lock_guard lock(mutex_);
    hung_.clear();
    changed_.notify_all();
  }
  int Answer(const std::string& path, struct statfs& result) {
    std::unique_lock lock(mutex_);
    ++calls_[path];
    ++inside_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !hung_.contains(path); });
    --inside_;
    changed_.notify_all();
    result.f_blocks = path.size();
    return path == "/denied" ? EACCES : 0;
  }
  int calls(const std::string& path) {
    const std::lock_guard lock(mutex_);
    return calls_[path];
  }
  bool WaitUntilInside(int wanted) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, seconds(10), [&] { return inside_ == wanted; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> hung_;
  std::map<std::string, int> calls_;
  int inside_ = 0;
};

// Whether the condition comes true within ten seconds.
template <typename Condition>
bool Eventually(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(milliseconds(1));
  }
  return true;
}

class StatfsPoolTest : public testing::Test {
 protected:
  StatfsPool MakePool(milliseconds wait, int workers = 4) {
    return StatfsPool({.workers = workers,
                       .wait = wait,
                       .statfs = [server = server_](const char* path, struct statfs& result) {
                         return server->Answer(path, result);
                       }});
  }
  static std::shared_ptr<StatfsCall> Call(const char* path) {
    return std::make_shared<StatfsCall>(path);
  }
  // Asks once; whether all have answered.
  static bool Answers(StatfsPool& pool, std::span<const std::shared_ptr<StatfsCall>> calls) {
    pool.Ask(calls);
    return std::ranges::all_of(calls, [](const auto& call) { return call->answer() != nullptr; });
  }
  // What has hung comes back, also after its pool.
  ~StatfsPoolTest() override {
    server_->ReleaseAll();
    server_->WaitUntilInside(0);
  }

  const std::shared_ptr<FakeServer> server_ = std::make_shared<FakeServer>();
};

TEST_F(StatfsPoolTest, AnswersForEveryMount) {
  StatfsPool pool = MakePool(seconds(10));
  const std::vector calls = {Call("/a"), Call("/bb"), Call("/denied"), Call("/dddd"), Call("/e"),
                             Call("/f"), Call("/g"),  Call("/h"),      Call("/i"),    Call("/j")};
  for (int round = 1; round <= 3; ++round) {
    pool.Ask(calls);
    for (const auto& call : calls) {
      ASSERT_NE(call->answer(), nullptr) << call->path();
      EXPECT_EQ(call->answer()->error, call->path() == "/denied" ? EACCES : 0);
      EXPECT_EQ(server_->calls(call->path()), round);
    }
    EXPECT_EQ(calls[1]->answer()->values.f_blocks, 3u);
  }
  EXPECT_LE(pool.threads(), 4u);
}

TEST_F(StatfsPoolTest, StartsNoThreadUntilItIsAsked) {
  StatfsPool pool = MakePool(seconds(10));
  pool.Ask({});
  EXPECT_EQ(pool.threads(), 0u);
  const std::vector calls = {Call("/a")};
  pool.Ask(calls);
  EXPECT_EQ(pool.threads(), 1u);
}

TEST_F(StatfsPoolTest, OneHungMountHidesNoOther) {
  StatfsPool pool = MakePool(milliseconds(50), 1);
  const std::vector calls = {Call("/hung"), Call("/good")};
  server_->Hang("/hung");
  // The single worker may come to the hung one first, and has to be replaced then.
  EXPECT_TRUE(Eventually([&] {
    pool.Ask(calls);
    EXPECT_EQ(calls[0]->answer(), nullptr);
    return calls[1]->answer() != nullptr;
  }));
  EXPECT_EQ(server_->calls("/hung"), 1) << "a call is outstanding at most once";
}

TEST_F(StatfsPoolTest, AMountThatComesBackIsAskedAgain) {
  StatfsPool pool = MakePool(milliseconds(50));
  const std::vector calls = {Call("/mnt")};
  server_->Hang("/mnt");
  pool.Ask(calls);
  EXPECT_EQ(calls[0]->answer(), nullptr);
  server_->Release("/mnt");
  ASSERT_TRUE(Eventually([&] { return Answers(pool, calls); }));
  EXPECT_EQ(calls[0]->answer()->values.f_blocks, 4u);
}

TEST_F(StatfsPoolTest, ServesASlowMountWithTheAnswerToTheAskBefore) {
  StatfsPool pool = MakePool(milliseconds(0));
  const std::vector calls = {Call("/slow")};
  server_->Hang("/slow");
  pool.Ask(calls);
  ASSERT_TRUE(server_->WaitUntilInside(1));
  EXPECT_EQ(calls[0]->answer(), nullptr);

  server_->Release("/slow");
  ASSERT_TRUE(server_->WaitUntilInside(0));
  server_->Hang("/slow");
  EXPECT_TRUE(Eventually([&] { return Answers(pool, calls); }));
  EXPECT_TRUE(server_->WaitUntilInside(1)) << "and it is asked anew for the next time";
}

TEST_F(StatfsPoolTest, BoundsItsThreadsHoweverManyMountsHang) {
  StatfsPool pool = MakePool(milliseconds(5), 2);
  std::vector<std::shared_ptr<StatfsCall>> calls;
  for (int i = 0; i < 40; ++i) {
    calls.push_back(Call(("/hung" + std::to_string(i)).c_str()));
    server_->Hang(calls.back()->path());
  }
  EXPECT_TRUE(Eventually([&] {
    pool.Ask(calls);
    EXPECT_LE(pool.threads(), 8u);
    return pool.threads() == 8;
  }));
  for (int round = 0; round < 100; ++round) pool.Ask(calls);
  EXPECT_EQ(pool.threads(), 8u);
  EXPECT_TRUE(server_->WaitUntilInside(8));

  server_->ReleaseAll();
  ASSERT_TRUE(server_->WaitUntilInside(0));
  EXPECT_TRUE(Eventually([&] { return Answers(pool, calls); }));
  EXPECT_TRUE(Eventually([&] { return pool.threads() <= 2; })) << "what is too much leaves";
}

TEST_F(StatfsPoolTest, EndsWithACallOutstanding) {
  {
    StatfsPool pool = MakePool(milliseconds(5));
    const std::vector calls = {Call("/hung"), Call("/good")};
    server_->Hang("/hung");
    pool.Ask(calls);
    ASSERT_TRUE(server_->WaitUntilInside(1));
  }
  server_->Release("/hung");
  EXPECT_TRUE(server_->WaitUntilInside(0));
}

TEST(CallStatfs, AsksTheKernel) {
  struct statfs values {};
  EXPECT_EQ(CallStatfs("/", values), 0);
  EXPECT_GT(values.f_bsize, 0);
  EXPECT_EQ(CallStatfs("/nonexistent/path", values), ENOENT);
}

}  // namespace
}  // namespace hostpulse::collectors
