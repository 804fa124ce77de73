// Counts how many DescribeInstances a simulator answers in a second.
// usage: bench_requests http://127.0.0.1:PORT CONNECTIONS SECONDS [INSTANCES A REPLY]
#include <fmt/format.h>
#include <httplib.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "aws/sigv4/sigv4.hpp"
#include "base/clock.hpp"
#include "base/sha256.hpp"

namespace {

using namespace ec2spotter;

constexpr const char* kForm = "application/x-www-form-urlencoded; charset=utf-8";

std::string body_for(const std::string& instances) {
  return "Action=DescribeInstances&MaxResults=" + instances + "&Version=2016-11-15";
}

// One signature serves all requests: it stays valid for minutes.
httplib::Headers signed_headers(const std::string& host, const std::string& body, TimePoint now) {
  const std::string date = format_basic_iso8601(now);
  const sigv4::Request request{
      .method = "POST",
      .path = "/",
      .query = {},
      .headers = {{"content-type", kForm}, {"host", host}, {"x-amz-date", date}},
      .payload_sha256_hex = ec2spotter::sha256_hex(body)};
  const std::string authorization =
      sigv4::authorization(request, {"test", "test"}, {"us-east-1", "ec2"}, now);
  return {{"Host", host}, {"X-Amz-Date", date}, {"Authorization", authorization}};
}

struct Load {
  std::string endpoint, body;
  int connections = 1;
  int seconds = 1;
};

int count_requests(const Load& load) {
  const SystemClock clock;
  const auto& [endpoint, body, connections, seconds] = load;
  const auto headers = signed_headers(endpoint.substr(endpoint.find("//") + 2), body, clock.now());
  const TimePoint end = clock.now() + std::chrono::seconds(seconds);
  std::atomic<int> answered = 0;
  std::atomic<int> failed = 0;
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < connections; ++i) {
      workers.emplace_back([&] {
        httplib::Client client(load.endpoint);
        client.set_keep_alive(true);
        client.set_tcp_nodelay(true);
        while (clock.now() < end) {
          const auto reply = client.Post("/", headers, load.body, kForm);
          (reply && reply->status == 200 ? answered : failed)++;
        }
      });
    }
  }
  fmt::print("{} connections: {} DescribeInstances/s, {} failed\n", connections, answered / seconds,
             failed.load());
  return failed == 0 && answered > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) return 2;
  return count_requests({.endpoint = argv[1],
                         .body = body_for(argc == 5 ? argv[4] : "5"),
                         .connections = std::atoi(argv[2]),
                         .seconds = std::atoi(argv[3])});
}
