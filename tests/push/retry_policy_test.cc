#include "push/retry_policy.h"

#include <gtest/gtest.h>

namespace hostpulse::push {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// Within the wait and 10 % on top of it.
void ExpectAbout(nanoseconds wait, nanoseconds expected) {
  EXPECT_GE(wait, expected);
  EXPECT_LE(wait, expected + expected / 10);
}

TEST(RetryPolicy, DoublesUpToTheLongestWait) {
  RetryPolicy retry(seconds(1), seconds(30), 7);
  for (const int expected : {1, 2, 4, 8, 16, 30, 30, 30}) {
    ExpectAbout(retry.Next(std::nullopt), seconds(expected));
  }
}

TEST(RetryPolicy, NoWaitIsMuchShorterThanTheOneBefore) {
  RetryPolicy retry(seconds(1), seconds(30), 99);
  nanoseconds before{0};
  for (int i = 0; i < 200; ++i) {
    const nanoseconds wait = retry.Next(std::nullopt);
    EXPECT_GE(wait, before * 8 / 10);
    before = wait;
  }
}

TEST(RetryPolicy, JitterDiffersFromHostToHost) {
  RetryPolicy one(seconds(1), seconds(30), 1);
  RetryPolicy other(seconds(1), seconds(30), 2);
  EXPECT_NE(one.Next(std::nullopt), other.Next(std::nullopt));
}

TEST(RetryPolicy, AnAnswerMakesItShortAgain) {
  RetryPolicy retry(seconds(1), seconds(30), 7);
  for (int i = 0; i < 5; ++i) static_cast<void>(retry.Next(std::nullopt));
  retry.Reset();
  ExpectAbout(retry.Next(std::nullopt), seconds(1));
}

TEST(RetryPolicy, TheReceiverSetsThePace) {
  RetryPolicy retry(seconds(1), seconds(30), 7);
  ExpectAbout(retry.Next(seconds(120)), seconds(120));
  ExpectAbout(retry.Next(std::nullopt), seconds(2));
}

TEST(RetryPolicy, TheFirstWaitIsNotLongerThanTheLongest) {
  RetryPolicy retry(seconds(5), milliseconds(10), 7);
  ExpectAbout(retry.Next(std::nullopt), milliseconds(10));
}

}  // namespace
}  // namespace hostpulse::push
