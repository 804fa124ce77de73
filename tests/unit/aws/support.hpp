// What the tests of the AWS code share: a scripted transport, an environment of their own, folders
// that vanish, and time that only moves when told.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "aws/config/environment.hpp"
#include "aws/credentials/credentials.hpp"
#include "aws/ec2_client.hpp"
#include "aws/net/http.hpp"
#include "aws/sleeper.hpp"

namespace ec2spotter::aws {

// 2026-03-01T12:00:00Z, and the same as a Date header.
inline constexpr TimePoint kNow =
    std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours{12};

inline HttpResponse reply_of(int status, std::string body) {
  return {.status = status, .headers = {}, .body = std::move(body)};
}

// Answers each request with the next of the scripted replies; keeps the requests.
class ScriptedTransport final : public HttpTransport {
 public:
  using Answer = std::function<Result<HttpResponse>(const HttpRequest&)>;

  void then(Answer answer) { answers_.push_back(std::move(answer)); }
  void then(int status, std::string body) {
    then([=](const HttpRequest&) -> Result<HttpResponse> { return reply_of(status, body); });
  }
  void then(Error error) {
    then([=](const HttpRequest&) -> Result<HttpResponse> { return fail(error); });
  }
  Result<HttpResponse> send(const HttpRequest& request) override {
    requests.push_back(request);
    if (answers_.empty()) {
      ADD_FAILURE() << "an unexpected request to " << request.url << " " << request.body;
      return fail(Errc::internal, "nothing scripted");
    }
    const Answer answer = std::move(answers_.front());
    answers_.pop_front();
    return answer(request);
  }
  bool exhausted() const { return answers_.empty(); }

  std::vector<HttpRequest> requests;

 private:
  std::deque<Answer> answers_;
};

// The header's value in a request, or "".
inline std::string header_of(const HttpRequest& request, const std::string& name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return {};
}

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "ec2spotter.XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() { std::filesystem::remove_all(path_); }

  const std::filesystem::path& path() const { return path_; }
  // Writes a file that only its owner can read.
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
    using std::filesystem::perms;
    std::filesystem::permissions(file, perms::owner_read | perms::owner_write);
    return file;
  }

 private:
  std::filesystem::path path_;
};

using Variables = std::map<std::string, std::string>;

inline Environment environment_of(Variables variables, std::filesystem::path home = "/nowhere") {
  return {.get = [variables =
                      std::move(variables)](std::string_view name) -> std::optional<std::string> {
            const auto it = variables.find(std::string(name));
            if (it == variables.end()) return std::nullopt;
            return it->second;
          },
          .home = std::move(home)};
}

// Sleeping moves the clock and is written down.
class VirtualSleeper final : public Sleeper {
 public:
  explicit VirtualSleeper(ManualClock& clock) : clock_(clock) {}
  Result<void> sleep(Duration time) override {
    sleeps.push_back(time);
    clock_.advance(time);
    return {};
  }
  std::vector<Duration> sleeps;

 private:
  ManualClock& clock_;
};

inline Credentials test_credentials() {
  return {.access_key_id = "AKIDTEST",
          .secret_access_key = Secret("the-secret"),
          .source = "a test",
          .renewal = "run the test again"};
}

// A client with test credentials that speaks over `http`.
inline std::unique_ptr<Ec2Client> test_client(std::unique_ptr<HttpTransport> http,
                                              ManualClock& clock) {
  Ec2Options options;
  options.http = std::move(http);
  options.sleeper = std::make_unique<VirtualSleeper>(clock);
  auto made = make_ec2(std::move(options),
                       environment_of({{"AWS_ACCESS_KEY_ID", "AKIDTEST"},
                                       {"AWS_SECRET_ACCESS_KEY", "the-secret"},
                                       {"AWS_REGION", "us-east-1"}}),
                       clock);
  EXPECT_TRUE(made) << made.error().message;
  return std::move(*made);
}

// EC2's error document.
inline std::string ec2_error(const std::string& code, const std::string& message = "why") {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>" + code +
         "</Code><Message>" + message +
         "</Message></Error></Errors><RequestID>req-1</RequestID></Response>";
}

}  // namespace ec2spotter::aws
