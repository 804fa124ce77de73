// What a command needs to do its work: the EC2 client and the local host, put together once.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "aws/ec2_client.hpp"
#include "base/clock.hpp"
#include "cli/host.hpp"
#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "cli/ssh_prober.hpp"

namespace ec2spotter::cli {

// How the calls of a session behave.
struct Conduct {
  // Ends a call under way with Errc::interrupted; empty: a signal that asks to stop does.
  std::function<bool()> cancelled = {};
  Duration reading_deadline = aws::kCallDeadline;
  Duration changing_deadline = aws::kCallDeadline;
  // As in aws::Ec2Options.
  std::function<void(const std::string&, const std::string&)> on_reply = {};
};

class Session {
 public:
  // Finds credentials, region and endpoint as the AWS CLI would; `region` wins when not empty.
  // Errors: unauthorized when there are no credentials, invalid when there is no region.
  static Result<std::unique_ptr<Session>> open(const Common& common, const std::string& region,
                                               const Conduct& conduct = {});

  // Prints on stderr what the user should know of the credentials and the clock.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  aws::Ec2& ec2() { return *ec2_; }
  aws::Ec2Client& client() { return *ec2_; }
  Controls controls() {
    return {.ec2 = *ec2_,
            .prober = prober_,
            .clock = ec2_->clock(),
            .waiter = *waiter_,
            .reporter = progress_};
  }

 private:
  Session(const Common& common, std::function<bool()> cancelled);

  SystemClock clock_;
  std::function<bool()> cancelled_;
  Verbosity verbosity_;
  SshProber prober_;
  std::unique_ptr<Waiter> waiter_;
  Progress progress_;
  std::unique_ptr<aws::Ec2Client> ec2_;
};

// The owner of the machines of a command that has no file.
OwnerId owner_of(const Common& common);

// The machine with the owner of --owner, if that is given.
Machine with_owner(const Common& common, Machine machine);

// The machine meant by a command's argument: a file's path, the name of a file in the machines
// folder, or the name of a machine that EC2 knows by its tags. A machine from tags has no types
// and image: it can be paused and looked at, not launched.
struct FoundMachine {
  Machine machine;
  bool from_file = false;
};
// The file that the argument means; empty: there is none.
std::string machine_file_path(const Common& common, const std::string& argument);
// Reads only the local disk; nullopt when no file is found. --owner decides instead of the file.
Result<std::optional<Machine>> find_machine_file(const Common& common, const std::string& argument);

// A session together with the machine that a command is about.
struct OpenMachine {
  std::unique_ptr<Session> session;
  FoundMachine found;
};
Result<OpenMachine> open_machine(const Common& common, const std::string& argument,
                                 const Conduct& conduct = {});

// The same for a machine of a file: of the regions that its file knows, in the one where its root
// is; in the file's own while there is no root. --region decides instead.
Result<OpenMachine> open_in_its_region(const Common& common, Machine machine,
                                       const Conduct& conduct = {});

// Says that the machine has no instance, and how to get one.
Error no_instance(const Machine& machine);

}  // namespace ec2spotter::cli
