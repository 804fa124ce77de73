// The user data with which a preboot instance moves itself onto a machine's root volume. Bodies
// that are launched together have the same user data, which then names the roots of all their
// machines: each body enters the one that is attached to it. The boot program itself is POSIX sh,
// in the other files of this folder; docs/designs/boot.md tells how it works.
//
// What it says on the serial console, one line each:
//   ec2spotter: STAGE start|busy|wait|ok|late|fail key=value ...
// STAGE is identify, attach (of unattended bodies), find, check, adopt, address (likewise) or
// enter, in this order. Each ends with `ok` or `fail` (address with `late`, which keeps nobody from
// entering). A `fail` line carries `reason=WORD` and ends with text="..."; after it the preboot
// system stays up, reachable by SSH, and says so when the boot program has ended:
//   ec2spotter: preboot stays visit=N text="..."
// N, also in `identify start visit=N`, counts the visits of one instance to its preboot disk: from
// 2 on they follow a restart from inside, or an engine that failed. `STAGE busy seconds=N
// doing="..."` comes each minute while a stage is at work, for as long as it may. `check start
// disk=NAME` of a supervised body says which firmware starts the volume's disk by itself, where
// that is certain: firmware=bios, uefi, bios,uefi or none. `check ok` may carry unchecked=true:
// only the volume's own system can check the root's file system; pinned=FILE[,FILE]: network
// settings of the volume for another MAC address than the body's; and unmatched=FILE[,FILE]: those
// for a name of the interface that it does not have; `adopt ok` then loosened=FILE[,FILE]: those
// that were made the body's. It carries undone=write|read_only|unchecked when our files could not
// be written, and mute=true when nothing on the volume will say that it is up. `find start
// volume=vol-...[,vol-...]` names what is waited for, `find wait seconds=N` repeats while none of
// it is there yet (as `attach wait text="..."` does while another body has it), and `find ok
// volume=vol-... disk=NAME` says which one is
// (`unknown` where several were waited for and the disk, one of Xen's, does not tell). Once the
// volume's own system runs,
//   ec2spotter: root ok volume=vol-... engine=kexec|pivot kernel=RELEASE [driver=NAME]
//     [foreign=POINT[,POINT]]
// follows, from a unit that the adopt stage installs on the volume (not with adopt = false).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/machine.hpp"
#include "model/resources.hpp"

namespace ec2spotter {

// How the running system is exchanged. `auto_` is kexec where it is dependable: it declines sooner,
// because the controller has other engines.
// With `none` the boot program looks after the volume, and does not enter it.
enum class BootEngine { auto_, kexec, pivot, none };

// For bodies that attach the root and move the address themselves, with the credentials of their
// instance profile, which they ask the metadata service for. As nobody has another engine for them,
// `auto_` is kexec, or pivot with fix_network, for which there is no room beside kexec.
struct OwnAttaching {
  AllocationId address;              // empty: there is none
  std::string endpoint;              // where EC2 answers; empty: the region's public address
  std::vector<DataPlace> data = {};  // which it attaches before the root
};

// What is done about our files on the volume: nothing, installed unless they were once before,
// installed whatever was there, taken away, taken away with the volume's next boot.
enum class BootAdopt { no, once, again, remove, leave };

struct BootParameters {
  // One of them will be attached. Empty: the root is not made yet, and the controller will name it
  // in the body's tag kBodyOf, which the body must be able to read from the metadata service.
  std::vector<VolumeId> volumes;
  BootEngine engine = BootEngine::auto_;
  std::string device = "/dev/sdf";    // the device name of the attachment; found by it on Xen only
  BootAdopt adopt = BootAdopt::once;  // without our files there is no `root ok` line
  bool guest_helper = true;  // false: nor what shuts its system down when EC2 takes the body
  bool fix_network = false;  // true: settings for another MAC address become the body's
  std::optional<OwnAttaching> own_attaching = std::nullopt;  // nullopt: the controller does it
};

// Raw user data (not base64). Errc::invalid: a parameter that is not what its name says, or a
// result above kUserDataMost.
Result<std::string> render_user_data(const BootParameters& parameters);

// The user data of a body that boots from the root as its own root disk. There is no boot program;
// cloud-init on the root, if any, is told that this is no new machine, and, with `adopt`, leaves
// these settings on the root: only there can they change, for the bodies after this one, what it
// does before it reads user data, such as setting the host name.
std::string render_restart_user_data(bool adopt);

}  // namespace ec2spotter
