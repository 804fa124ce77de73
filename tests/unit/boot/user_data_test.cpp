// The user data as bytes: its size and form, what it says, and what it never holds.
#include "boot/user_data.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cctype>
#include <iostream>
#include <random>
#include <regex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace ec2spotter {
namespace {

const VolumeId kVolume("vol-0123456789abcdef0");

// As gunzip does: member after member.
std::string unpack(std::string packed) {
  constexpr int kGzipFormat = 15 + 16;
  constexpr std::size_t kRoom = 1 << 20;
  std::string text(kRoom, '\0');
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, kGzipFormat), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  do {
    EXPECT_EQ(inflate(&stream, Z_NO_FLUSH), Z_STREAM_END);
  } while (stream.avail_in > 0 && inflateReset(&stream) == Z_OK && !testing::Test::HasFailure());
  text.resize(kRoom - stream.avail_out);
  inflateEnd(&stream);
  return text;
}

std::string rendered(const BootParameters& parameters) {
  const auto result = render_user_data(parameters);
  EXPECT_TRUE(result.has_value());
  return result ? unpack(*result) : std::string();
}

std::string between(const std::string& text, std::string_view begin, std::string_view end) {
  const std::size_t from = text.find(begin);
  if (from == std::string::npos) return {};
  const std::size_t start = from + begin.size();
  return text.substr(start, text.find(end, start) - start);
}

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    ++found;
  }
  return found;
}

TEST(UserDataTest, StaysWellUnderEc2sLimitForEveryEngine) {
  for (const auto engine : {BootEngine::auto_, BootEngine::kexec, BootEngine::pivot}) {
    const auto result = render_user_data({.volumes = {kVolume}, .engine = engine});

    ASSERT_TRUE(result.has_value());
    std::cout << result->size() << " of " << kUserDataMost << " bytes\n";
    EXPECT_LE(result->size(), kUserDataMost - 128) << "there is room for ten volumes";
  }
}

// Ten ids that have nothing in common, as EC2 gives them.
std::vector<VolumeId> ten_volumes() {
  std::mt19937_64 random(1);
  std::vector<VolumeId> volumes;
  for (int i = 0; i < 10; ++i) {
    std::string id = "vol-0";
    for (int digit = 0; digit < 16; ++digit) id += "0123456789abcdef"[random() % 16];
    volumes.emplace_back(id);
  }
  return volumes;
}

TEST(UserDataTest, OfABodyThatBootsFromTheRootItselfIsForCloudInitAlone) {
  for (const bool adopt : {true, false}) {
    const std::string text = render_restart_user_data(adopt);

    EXPECT_TRUE(text.starts_with("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="));
    EXPECT_EQ(count(text, "\n\n#cloud-config\n"), 1U);
    EXPECT_EQ(count(text, "\n\n#cloud-boothook\n#!/bin/sh\n"), adopt ? 1U : 0U);
    for (const char* line : {"\nssh_deletekeys: false\n", "\npreserve_hostname: true\n"}) {
      EXPECT_EQ(count(text, line), adopt ? 2U : 1U);
    }
    EXPECT_EQ(text.find("ec2spotter: "), std::string::npos) << "it says nothing on the console";
  }
}

TEST(UserDataTest, NamesTheRootsOfAllBodiesThatAreLaunchedTogether) {
  const auto volumes = ten_volumes();
  const auto result = render_user_data({.volumes = volumes});
  ASSERT_TRUE(result.has_value());
  EXPECT_LE(result->size(), kUserDataMost);
  std::cout << result->size() << " of " << kUserDataMost << " bytes\n";

  const std::string list = between(unpack(*result), "\nvolumes='", "'\n");

  for (const VolumeId& volume : volumes) EXPECT_EQ(count(list, volume.str()), 1U);
  EXPECT_EQ(count(list, " "), 9U);
}

TEST(UserDataTest, IsOneBoothook) {
  const std::string text = rendered({.volumes = {kVolume}});

  EXPECT_TRUE(text.starts_with("#cloud-boothook\n#!/bin/sh\nset -eu\n"));
  EXPECT_TRUE(text.ends_with("EC2SPOTTER\n. /run/ec2spotter/hook.sh\n"));
  std::string lower = text;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  EXPECT_EQ(lower.find("mime-version:"), std::string::npos) << "cloud-init would look for parts";
}

TEST(UserDataTest, SaysWhatTheParametersSay) {
  const std::string text = rendered({.volumes = {VolumeId("vol-0bbbbbbbbbbbbbbb2")},
                                     .engine = BootEngine::kexec,
                                     .device = "/dev/xvdg",
                                     .adopt = BootAdopt::no,
                                     .guest_helper = false,
                                     .fix_network = true});

  const std::string parameters = between(text, "put parameters <<'EC2SPOTTER'\n", "EC2SPOTTER\n");
  EXPECT_EQ(parameters,
            "volumes='vol-0bbbbbbbbbbbbbbb2'\nengine=kexec\ndevice=/dev/xvdg\nadopt=false\n"
            "guest_helper=false\nfix_network=true\n");
}

std::string file_in(const std::string& text, std::string_view name) {
  return between(text, "put " + std::string(name) + " <<'EC2SPOTTER'\n", "EC2SPOTTER\n");
}

TEST(UserDataTest, HoldsEveryFileOfItsEngineOnceAndNothingOfTheOther) {
  const std::vector<std::string> common{"say.sh",
                                        "volume.sh",
                                        "common.sh",
                                        "busy.sh",
                                        "visits.sh",
                                        "preboot.sh",
                                        "identify.sh",
                                        "find.sh",
                                        "network.sh",
                                        "firmware.sh",
                                        "check.sh",
                                        "adopt.sh",
                                        "main.sh",
                                        "root_up.sh",
                                        "ec2spotter-root.service",
                                        "99-ec2spotter.cfg",
                                        "guest",
                                        "on_notice.sh",
                                        "hook.sh",
                                        "ec2spotter-guest.service"};
  const std::vector<std::string> of_kexec{"boot_entry.sh", "enter_kexec.sh", "menu.py", "kexec.py"};
  const std::vector<std::string> of_pivot{"enter_pivot.sh", "shim.sh"};
  for (const bool pivot : {false, true}) {
    const std::string text =
        rendered({.volumes = {kVolume}, .engine = pivot ? BootEngine::pivot : BootEngine::auto_});
    std::vector<std::string> names = common;
    const auto& own = pivot ? of_pivot : of_kexec;
    names.insert(names.end(), own.begin(), own.end());
    for (const std::string& name : names) {
      EXPECT_GT(file_in(text, name).size(), 100U) << name;
      EXPECT_EQ(count(text, "put " + name + " <<"), 1U) << name;
    }
    for (const std::string& name : pivot ? of_kexec : of_pivot) {
      EXPECT_EQ(count(text, "put " + name + " <<"), 0U) << name;
    }
  }
}

// Such an instance asks the metadata service for its own tag.
TEST(UserDataTest, NamesNoVolumeWhereTheRootIsToCome) {
  for (const auto engine : {BootEngine::auto_, BootEngine::kexec, BootEngine::pivot}) {
    const auto result = render_user_data({.volumes = {},
                                          .engine = engine,
                                          .device = "/dev/xvdbz15",
                                          .adopt = BootAdopt::remove,
                                          .guest_helper = false,
                                          .fix_network = false});
    ASSERT_TRUE(result.has_value()) << result.error().message;
    std::cout << result->size() << " of " << kUserDataMost << " bytes\n";
    EXPECT_LE(result->size(), kUserDataMost);
    const std::string text = unpack(*result);

    const std::string name = engine == BootEngine::auto_   ? "auto"
                             : engine == BootEngine::kexec ? "kexec"
                                                           : "pivot";
    EXPECT_EQ(file_in(text, "parameters"),
              "volumes=$(cat /run/ec2spotter/volume 2>/dev/null || python3 /run/ec2spotter/imds.py "
              "tags/instance/ec2spotter:instance-of 2>/dev/null || echo to-come)\nengine=" +
                  name +
                  "\ndevice=/dev/xvdbz15\nadopt=remove\nguest_helper=false\nfix_network=false\n");
    EXPECT_EQ(count(text, "put imds.py <<"), 1U);
    EXPECT_NE(file_in(text, "imds.py").find("X-aws-ec2-metadata-token"), std::string::npos);
    EXPECT_LT(text.find("put imds.py <<"), text.find("\n. /run/ec2spotter/hook.sh\n"));
  }
}

TEST(UserDataTest, OfAnUnattendedBodyNamesTheVolume) {
  const auto refused = render_user_data({.volumes = {}, .own_attaching = OwnAttaching{}});

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::invalid);
}

TEST(UserDataTest, FetchesNothingButFromTheMetadataService) {
  const std::string text = rendered({.volumes = {kVolume}});

  const std::regex url("(https?|ftp)://([^/\\s\"']+)");
  for (auto at = std::sregex_iterator(text.begin(), text.end(), url); at != std::sregex_iterator();
       ++at) {
    EXPECT_EQ((*at)[2].str(), "169.254.169.254") << at->str();
  }
  for (const std::string_view word : {"apt-get", "apt ", "dnf ", "yum ", "pip ", "git clone"}) {
    EXPECT_EQ(text.find("\n" + std::string(word)), std::string::npos) << word;
  }
}

TEST(UserDataTest, HoldsNoSecret) {
  const std::string text = rendered({.volumes = {kVolume}});

  for (const std::string_view pattern : {"(AKIA|ASIA)[A-Z0-9]{16}", "aws_secret", "AWS_SECRET",
                                         "PRIVATE KEY", "security-credentials"}) {
    EXPECT_FALSE(std::regex_search(text, std::regex(std::string(pattern)))) << pattern;
  }
}

TEST(UserDataTest, OfAnUnattendedBodyNamesItsDataVolumes) {
  const auto with = [](std::vector<DataPlace> data) {
    return render_user_data(
        {.volumes = {kVolume},
         .own_attaching = OwnAttaching{.address = AllocationId("eipalloc-0fedcba9876543210"),
                                       .endpoint = "https://ec2.ap-southeast-1.amazonaws.com:8443",
                                       .data = std::move(data)}});
  };
  const auto volumes = ten_volumes();
  std::vector<DataPlace> data;
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    data.push_back({volumes[i], std::string("/dev/sd") + static_cast<char>('g' + i)});
  }
  const auto result = with(data);
  ASSERT_TRUE(result.has_value()) << result.error().message;
  std::cout << result->size() << " of " << kUserDataMost << " bytes\n";
  EXPECT_NE(file_in(unpack(*result), "parameters")
                .find("\ndata='" + volumes[0].str() + " /dev/sdg " + volumes[1].str()),
            std::string::npos);
  EXPECT_EQ(file_in(unpack(*with({})), "parameters").find("data="), std::string::npos);
  for (const DataPlace& wrong :
       {DataPlace{VolumeId("vol-'; x"), "/dev/sdg"}, DataPlace{volumes[0], "/dev/sda1"}}) {
    EXPECT_EQ(with({wrong}).error().code, Errc::invalid);
  }
}

TEST(UserDataTest, OfAnUnattendedBodyHoldsTheEngineThatFits) {
  for (const auto& [engine, fix_network, held] :
       {std::tuple(BootEngine::auto_, false, "kexec"), std::tuple(BootEngine::auto_, true, "pivot"),
        std::tuple(BootEngine::kexec, false, "kexec"),
        std::tuple(BootEngine::pivot, true, "pivot")}) {
    const BootParameters parameters{
        .volumes = {kVolume},
        .engine = engine,
        .device = "/dev/xvdbz15",
        .adopt = BootAdopt::remove,
        .guest_helper = false,
        .fix_network = fix_network,
        .own_attaching = OwnAttaching{.address = AllocationId("eipalloc-0fedcba9876543210"),
                                      .endpoint = "https://ec2.ap-southeast-1.amazonaws.com:8443"}};
    const auto result = render_user_data(parameters);

    ASSERT_TRUE(result.has_value()) << result.error().message;
    std::cout << result->size() << " of " << kUserDataMost << " bytes\n";
    const std::string text = unpack(*result);
    EXPECT_NE(text.find("\nengine=" + std::string(held) + "\n"), std::string::npos);
    for (const std::string name : {"kexec", "pivot"}) {
      EXPECT_EQ(count(text, "put enter_" + name + ".sh <<"), name == held ? 1U : 0U) << held;
    }
  }
  const auto refused = render_user_data({.volumes = {kVolume},
                                         .engine = BootEngine::kexec,
                                         .fix_network = true,
                                         .own_attaching = OwnAttaching{}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("use engine = \"pivot\""), std::string::npos);
}

TEST(UserDataTest, AnUnattendedBodyHasWhatItAttachesWithAndStillNoSecret) {
  const BootParameters parameters{
      .volumes = {kVolume},
      .own_attaching =
          OwnAttaching{.address = AllocationId("eipalloc-1"), .endpoint = "http://10.0.0.1:4599"}};
  const std::string text = rendered(parameters);

  const std::string said = between(text, "put parameters <<'EC2SPOTTER'\n", "EC2SPOTTER\n");
  EXPECT_NE(said.find("\nown_attaching=true\naddress=eipalloc-1\nendpoint=http://10.0.0.1:4599\n"),
            std::string::npos);
  for (const char* name : {"ec2.py", "imds.py", "attach.sh", "address.sh", "ask_ec2.sh"}) {
    EXPECT_EQ(count(text, "put " + std::string(name) + " <<"), 1U) << name;
    EXPECT_EQ(rendered({.volumes = {kVolume}}).find(name + std::string(" <<")), std::string::npos)
        << "of no use to a supervised body: " << name;
  }
  EXPECT_EQ(count(text, "put firmware.sh <<"), 0U) << "nobody chooses another engine for it";
  EXPECT_FALSE(std::regex_search(text, std::regex("(AKIA|ASIA)[A-Z0-9]{16}|aws_secret")));
}

TEST(UserDataTest, RefusesWordsThatAShellWouldTakeApart) {
  const auto accepted = [](const char* address, const char* endpoint) {
    return render_user_data({.volumes = {kVolume},
                             .own_attaching = OwnAttaching{AllocationId(address), endpoint}})
        .has_value();
  };
  EXPECT_TRUE(accepted("", ""));
  EXPECT_FALSE(accepted("eipalloc-1;id", ""));
  EXPECT_FALSE(accepted("", "http://x/$(id)"));
  EXPECT_FALSE(accepted("", "http://x\nid"));
}

TEST(UserDataTest, RefusesWhatIsNoVolumeId) {
  for (const std::string_view text :
       {"", "vol-", "vol-123", "vol-0123456789ABCDEF0", "vol-0123456789abcdef01",
        "snap-0123456789abcdef0", "vol-0123456789abcdef\n", "vol-01234567;reboot",
        "vol-0123456$(id)"}) {
    const auto result = render_user_data({.volumes = {kVolume, VolumeId(std::string(text))}});

    ASSERT_FALSE(result.has_value()) << text;
    EXPECT_EQ(result.error().code, Errc::invalid) << text;
  }
  EXPECT_TRUE(render_user_data({.volumes = {VolumeId("vol-12345678")}}).has_value());
}

TEST(UserDataTest, RefusesWhatIsNoDeviceOfAFurtherVolume) {
  for (const std::string_view device :
       {"", "/dev/", "/dev/sda", "/dev/sda1", "/dev/xvda", "/dev/nvme1n1", "/dev/sdF",
        "/dev/sdf123", "/dev/sdf;id", "/dev/sdf\n", "/dev/../sdf", "/dev/sdfgh"}) {
    const auto result = render_user_data({.volumes = {kVolume}, .device = std::string(device)});

    ASSERT_FALSE(result.has_value()) << device;
    EXPECT_EQ(result.error().code, Errc::invalid) << device;
  }
  for (const std::string_view device :
       {"/dev/sdf", "/dev/xvdf", "/dev/xvdba", "/dev/sdf1", "sdf"}) {
    EXPECT_TRUE(render_user_data({.volumes = {kVolume}, .device = std::string(device)}).has_value())
        << device;
  }
}

}  // namespace
}  // namespace ec2spotter
