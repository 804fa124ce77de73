#include "sim/http/server.hpp"

#include <fmt/format.h>
#include <httplib.h>

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <thread>

#include "sim/core/core.hpp"
#include "sim/core/state/places.hpp"
#include "sim/core/state/wire.hpp"
#include "sim/http/connections.hpp"
#include "sim/http/form.hpp"
#include "sim/http/http_date.hpp"
#include "sim/http/presigned.hpp"
#include "sim/http/router.hpp"
#include "sim/http/state_files.hpp"
#include "sim/http/verify.hpp"

namespace ec2spotter::sim {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr Duration kTickMost = 100ms;
constexpr Duration kSaveEvery = 200ms;
constexpr Duration kSaveMost = 10s;  // what a caller waits for the disk

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

constexpr std::string_view kSeedCure = "; correct it there (docs/simulator.md has the form)";
constexpr std::string_view kStateCure =
    "; only the simulator writes this file: put a whole copy of it back, or start with an empty "
    "--state folder";

// Requests that never reach the core have no number.
constexpr std::string_view kNoRequestId = "00000000-0000-4000-8000-000000000000";

const char* reason_phrase(int status) {
  switch (status) {
    case 403: return "Forbidden";
    case 408: return "Request Timeout";
    case 411: return "Length Required";
    case 413: return "Payload Too Large";
    case 415: return "Unsupported Media Type";
    case 431: return "Request Header Fields Too Large";
    default: return "Bad Request";
  }
}

// A refusal as the control API or EC2 writes it.
std::string refusal_bytes(const Framed& request, const Refusal& refusal) {
  const bool control = request.target.starts_with("/_sim/");
  const std::string body =
      control ? refusal.why + "\n" : ec2_error("InvalidRequest", refusal.why, kNoRequestId);
  return fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
      refusal.status, reason_phrase(refusal.status),
      control ? "text/plain" : "text/xml;charset=UTF-8", body.size(), body);
}

// The content type of a service of the JSON protocol; nothing for those of the Query protocol.
std::optional<std::string> json_type(const std::string& service) {
  if (service == "ssm" || service == "servicequotas") return "application/x-amz-json-1.1";
  if (service == "sqs") return "application/x-amz-json-1.0";
  return std::nullopt;
}

SignedRequest signed_request(const httplib::Request& request, const std::string& body) {
  SignedRequest out{
      .method = request.method, .path = request.path, .query = {}, .headers = {}, .body = body};
  for (const auto& [name, value] : request.params) out.query.emplace_back(name, value);
  for (const auto& [name, value] : request.headers) {
    std::string lower = name;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    out.headers[lower] = value;
  }
  return out;
}

}  // namespace

class Server::Impl {
 public:
  explicit Impl(ServerOptions options) : options_(std::move(options)) {}

  ~Impl() {
    connections_.reset();
    timer_.request_stop();
    saver_.request_stop();
    wake_.notify_all();
    must_save_.notify_all();
    if (timer_.joinable()) timer_.join();
    if (saver_.joinable()) saver_.join();
    if (core_) save();
    // The bodies end before the core that they report to.
    bodies_.reset();
  }

  Result<void> start(const MakeBodies& make_bodies) {
    if (!options_.allow_public && !is_loopback(options_.host)) {
      return fail(Errc::refused, "the simulator listens on loopback addresses only, not on " +
                                     options_.host + "; --allow-public overrides that");
    }
    TRY(bodies_, make_bodies([this](BodyEvent event) { post(std::move(event)); },
                             [this](const std::string& id) { return look_up(id); }));
    core_.emplace(WorldOptions{.seed = 1,
                               .profile = options_.profile,
                               .start = clock_.now(),
                               .shutdown_grace = options_.shutdown_grace},
                  *bodies_);
    TRY_VOID(load());
    route();
    auto listening = Connections::listen(
        options_.host, options_.port,
        {.listen_host = options_.host, .any_host = options_.allow_public},
        {.serve = [this](const std::string& request) { return http_.serve(request); },
         .refuse = refusal_bytes});
    if (!listening) {
      return fail(listening.error().code,
                  listening.error().message + "; another program may have the port");
    }
    connections_ = std::move(*listening);
    timer_ = std::jthread([this](const std::stop_token& stop) { pass_time(stop); });
    saver_ = std::jthread([this](const std::stop_token& stop) { keep_saved(stop); });
    return {};
  }

  int port() const { return connections_->port(); }

 private:
  fs::path state_file() const { return fs::path(options_.state_dir) / "state.json"; }

  Result<void> load() {
    std::error_code error;
    if (!options_.state_dir.empty()) {
      fs::create_directories(options_.state_dir, error);
      if (error) return fail(Errc::io, options_.state_dir + " cannot be made: " + error.message());
    }
    if (!options_.state_dir.empty() && fs::exists(state_file(), error)) {
      return read_json(state_file(), kStateCure,
                       [this](const Json& saved) { return core_->load(saved); });
    }
    if (options_.seed_file.empty()) return {};
    return read_json(options_.seed_file, kSeedCure,
                     [this](const Json& document) { return core_->seed(document); });
  }

  void save() {
    if (options_.state_dir.empty()) return;
    std::string content;
    std::uint64_t revision = 0;
    {
      const std::lock_guard lock(mutex_);
      revision = core_->revision();
      if (saved_revision_ == revision) return;
      content = core_->save().dump();
    }
    if (const auto written = write_whole(state_file(), content); !written) {
      fmt::print(stderr, "sim: {}\n", written.error().message);
    }
    const std::lock_guard lock(mutex_);
    saved_revision_ = revision;
    saved_.notify_all();
  }

  // An answered change outlives the process: its reply waits until the state is on disk. Many
  // callers share one write.
  void wait_until_saved(std::unique_lock<std::mutex>& lock) {
    if (options_.state_dir.empty()) return;
    const std::uint64_t revision = core_->revision();
    if (saved_revision_ >= revision) return;
    save_now_ = true;
    must_save_.notify_all();
    saved_.wait_for(lock, kSaveMost, [&] { return saved_revision_ >= revision; });
  }

  void keep_saved(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      {
        std::unique_lock lock(mutex_);
        must_save_.wait_for(lock, kSaveEvery, [&] { return save_now_ || stop.stop_requested(); });
        save_now_ = false;
      }
      save();
    }
  }

  // Virtual time: the host's, moved by what /_sim/clock has added.
  TimePoint virtual_now() const { return clock_.now() + core_->clock_offset(); }

  TimePoint locked_virtual_now() {
    const std::lock_guard lock(mutex_);
    return virtual_now();
  }

  // Clients that use the host's clock are still accepted after /_sim/clock has moved the server's.
  std::vector<TimePoint> accepted_times() { return {locked_virtual_now(), clock_.now()}; }
  FindKey key_finder() { return std::bind_front(&Impl::find_key, this); }

  // Called with the lock held.
  void catch_up() {
    core_->advance_to(virtual_now());
    std::vector<BodyEvent> reports;
    {
      const std::lock_guard lock(reports_mutex_);
      reports.swap(reports_);
    }
    for (const BodyEvent& event : reports) core_->report(event);
  }

  void post(BodyEvent event) {
    {
      const std::lock_guard lock(reports_mutex_);
      reports_.push_back(std::move(event));
    }
    wake_.notify_all();
  }

  MetadataView look_up(const std::string& instance_id) {
    const std::lock_guard lock(mutex_);
    return core_->metadata(instance_id);
  }

  void pass_time(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::unique_lock lock(mutex_);
      // Checked before the subtraction, which would overflow when no event is planned.
      const TimePoint next = core_->next_event_at();
      const TimePoint now = virtual_now();
      const Duration due = next > now + kTickMost ? kTickMost : next - now;
      wake_.wait_for(lock, std::clamp(due, Duration(1), kTickMost));
      catch_up();
    }
  }

  void route() {
    http_.set_keep_alive_max_count(1'000'000);
    http_.set_payload_max_length(kBodyMost);
    http_.set_error_handler([](const httplib::Request& q, httplib::Response& r) {
      if (!r.body.empty()) return;
      r.set_content(q.path.starts_with("/_sim/")
                        ? std::string("no such request\n")
                        : ec2_error("InvalidRequest", "There is no such request", kNoRequestId),
                    q.path.starts_with("/_sim/") ? "text/plain" : "text/xml;charset=UTF-8");
    });
    // Read by hand: the library takes no form above 8 KiB, and user data alone may be twice that.
    http_.Post("/", [this](const httplib::Request& q, httplib::Response& r,
                           const httplib::ContentReader& read) {
      std::string body;
      read([&body](const char* data, std::size_t size) {
        body.append(data, size);
        return body.size() <= kBodyMost;
      });
      answer(q, body, r);
    });
    http_.Get("/", [this](const httplib::Request& q, httplib::Response& r) { answer(q, {}, r); });
    http_.Get(R"(/_sim/(\w+))",
              [this](const httplib::Request& q, httplib::Response& r) { control(q, r); });
    http_.Post(R"(/_sim/(\w+))",
               [this](const httplib::Request& q, httplib::Response& r) { control(q, r); });
  }

  void answer(const httplib::Request& request, const std::string& body,
              httplib::Response& response) {
    const TimePoint now = locked_virtual_now();
    response.set_header("Date", http_date(now));
    const SignedRequest to_verify = signed_request(request, body);
    const auto verified = verify_at(to_verify, key_finder(), accepted_times());
    ApiReply reply;
    if (!verified) {
      reply = refusal(to_verify, verified.error());
    } else if (!is_region(verified->region)) {
      reply = refusal(to_verify,
                      refuse("AuthFailure", "No region " + verified->region + " here").value());
    } else {
      reply = pass_on(request, body, *verified);
    }
    if (reply.lost) {
      // A body shorter than promised makes the client see a broken connection.
      response.set_content_provider(
          reply.body.size() + 1, reply.content_type,
          [](std::size_t, std::size_t, httplib::DataSink&) { return false; });
      return;
    }
    response.status = reply.status;
    if (!reply.query_error.empty()) response.set_header("x-amzn-query-error", reply.query_error);
    response.set_content(reply.body, reply.content_type.c_str());
  }

  // An error before the core, in the form of the service that was asked.
  static ApiReply refusal(const SignedRequest& request, const Error& error) {
    ApiReply reply;
    reply.status = http_status(error.api_code);
    const std::string service = claimed_service(request);
    if (const auto type = json_type(service)) {
      reply.content_type = *type;
      reply.body = as_text({{"__type", error.api_code}, {"message", error.message}});
    } else if (service == "sts" || service == "iam") {
      reply.body = query_error(service, error.api_code, error.message, kNoRequestId);
    } else {
      reply.body = ec2_error(error.api_code, error.message, kNoRequestId);
    }
    return reply;
  }

  ApiReply pass_on(const httplib::Request& request, const std::string& body,
                   const Verified& verified) {
    const bool is_json = json_type(verified.service).has_value();
    ApiRequest call{.service = verified.service,
                    .region = verified.region,
                    .access_key = verified.access_key,
                    .params = parse_form(is_json ? std::string_view() : body),
                    .target = request.get_header_value("X-Amz-Target"),
                    .body = is_json ? body : std::string(),
                    .host = request.get_header_value("Host")};
    for (const auto& [name, value] : request.params) {
      if (!name.starts_with("X-Amz-")) call.params[name] = value;
    }
    if (const auto url = call.params.find("PresignedUrl"); url != call.params.end()) {
      call.presigned = verify_presigned(url->second, key_finder(), accepted_times());
    }
    std::unique_lock lock(mutex_);
    catch_up();
    const std::uint64_t before = core_->revision();
    ApiReply reply = core_->handle(call);
    // First takes in the reports that the call itself has caused, as if the body had been quicker.
    catch_up();
    if (core_->revision() != before) wait_until_saved(lock);
    return reply;
  }

  std::optional<VerifierKey> find_key(const std::string& id) {
    const std::lock_guard lock(mutex_);
    const auto key = core_->key(id);
    if (!key) return std::nullopt;
    return VerifierKey{.secret = key->secret,
                       .session_token = key->session_token,
                       .expired = key->expires_at && *key->expires_at < virtual_now()};
  }

  void control(const httplib::Request& request, httplib::Response& response) {
    const std::string path = request.matches[1];
    const bool reads = request.method == "GET";
    if (reads && !Core::only_reads(path)) {
      response.status = 405;
      response.set_content("this request needs the method POST\n", "text/plain");
      return;
    }
    const Json body = reads ? Json::object() : parse_foreign(request.body);
    Result<Json> done = fail(Errc::invalid, "the body is not JSON that nests less than 64 deep");
    if (!body.is_discarded()) {
      std::unique_lock lock(mutex_);
      catch_up();
      done = core_->control(path, body);
      catch_up();
      wait_until_saved(lock);
    }
    response.status = done ? 200 : 400;
    response.set_content(done ? as_text(*done) + "\n" : done.error().message + "\n",
                         done ? "application/json" : "text/plain");
  }

  ServerOptions options_;
  SystemClock clock_;
  std::mutex mutex_;  // of core_ and what is saved of it
  std::unique_ptr<Bodies> bodies_;
  std::optional<Core> core_;
  std::uint64_t saved_revision_ = 0;
  bool save_now_ = false;
  std::condition_variable must_save_, saved_;
  std::mutex reports_mutex_;
  std::vector<BodyEvent> reports_;
  std::condition_variable wake_;
  Router http_;
  std::unique_ptr<Connections> connections_;
  std::jthread timer_, saver_;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(ServerOptions options,
                                              const MakeBodies& make_bodies) {
  auto impl = std::make_unique<Impl>(std::move(options));
  TRY_VOID(impl->start(make_bodies));
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

int Server::port() const { return impl_->port(); }

}  // namespace ec2spotter::sim
