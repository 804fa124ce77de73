// Machine files: every key, and what is said of wrong ones; classic .conf files too.
#include "control/files/machine_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

namespace ec2spotter {
namespace {

constexpr const char* kToml = R"(
name = "web"
volume = "web-root"
image = "ami-1"
types = ["t3.small", "m5.large"]
markets = ["spot", "on-demand"]
max_price = "0.05"
elastic_ip = "127.0.0.9"
engine = "pivot"
adopt = false
fix_network = true
ssh_port = 2222
)";

std::string message(const Result<Machine>& result) {
  return result ? "no error" : result.error().message;
}

TEST(MachineFileTest, ReadsAMachine) {
  const auto machine = parse_machine_toml(kToml, "web.toml", "other");
  ASSERT_TRUE(machine) << message(machine);
  EXPECT_EQ(machine->name.str(), "web");
  EXPECT_EQ(machine->owner.str(), "default");
  EXPECT_EQ(machine->volume.name_tag, "web-root");
  EXPECT_EQ(machine->types, (std::vector<std::string>{"t3.small", "m5.large"}));
  EXPECT_EQ(machine->markets, (std::vector<Market>{Market::spot, Market::on_demand}));
  EXPECT_EQ(machine->max_price, "0.05");
  EXPECT_EQ(machine->engine, Engine::pivot);
  EXPECT_FALSE(machine->adopt);
  EXPECT_TRUE(machine->fix_network);
  EXPECT_EQ(machine->ssh_port, 2222);
}

Result<Machine> with_data_volumes(const std::string& lines) {
  return parse_machine_toml("volume='vol-1'\nimage='ami-1'\ntypes=['t3.small']\n" + lines, "a.toml",
                            "a");
}

TEST(MachineFileTest, ReadsDataVolumes) {
  const auto machine = with_data_volumes(
      "[[data_volumes]]\nvolume='vol-2'\ndevice='/dev/sdg'\n"
      "[[data_volumes]]\nvolume='web-logs'\ndevice='/dev/xvdh'\n");
  ASSERT_TRUE(machine) << message(machine);
  EXPECT_EQ(machine->data_volumes,
            (std::vector<DataVolume>{{{VolumeId("vol-2"), ""}, "/dev/sdg"},
                                     {{VolumeId(), "web-logs"}, "/dev/xvdh"}}));
  EXPECT_TRUE(with_data_volumes("")->data_volumes.empty());
}

TEST(MachineFileTest, AMachineHasAtMostTenDataVolumes) {
  std::string lines;
  for (char letter = 'g'; letter < 'q'; ++letter) {
    lines += std::string("[[data_volumes]]\nvolume='vol-") + letter + "'\ndevice='/dev/sd" +
             letter + "'\n";
  }
  EXPECT_TRUE(with_data_volumes(lines));
  lines += "[[data_volumes]]\nvolume='vol-q'\ndevice='/dev/sdq'\n";
  EXPECT_NE(
      message(with_data_volumes(lines)).find("11 data volumes, and a machine has at most ten"),
      std::string::npos);
}

TEST(MachineFileTest, RefusesDataVolumesByName) {
  const std::string one = "[[data_volumes]]\nvolume='vol-2'\ndevice='/dev/sdg'\n";
  for (const auto& [lines, said] : std::vector<std::pair<std::string, std::string>>{
           {one + one, "data volume vol-2 is there twice; remove one of them"},
           {one + "[[data_volumes]]\nvolume='vol-3'\ndevice='xvdg'\n",
            "data volume vol-3 has the device xvdg of data volume vol-2; use another one"},
           {"[[data_volumes]]\nvolume='vol-1'\ndevice='/dev/sdg'\n",
            "data volume vol-1 is the machine's root volume; name another one, or remove it"},
           {"[[data_volumes]]\nvolume='vol-2'\ndevice='/dev/xvdf'\n",
            "data volume vol-2 has the device /dev/xvdf, which is the root's; use another one"},
           {"[[data_volumes]]\nvolume='vol-2'\ndevice='/dev/sda1'\n",
            "data_volumes has the device '/dev/sda1', under which EC2 attaches no further volume"},
           {"[[data_volumes]]\nvolume='vol-2'\n", "data_volumes must be tables, each with"},
           {"data_volumes=['vol-2']\n", "data_volumes must be tables, each with"},
           {"data_volumes='vol-2'\n", "data_volumes must be tables, each with"},
           {"[[data_volumes]]\nvolume=''\ndevice='/dev/sdg'\n", "must be tables, each with"},
           {"[[data_volumes]]\nvolume='vol-2'\ndevise='/dev/sdg'\n",
            "data_volumes has the unknown key 'devise'; it has volume and device"}}) {
    EXPECT_NE(message(with_data_volumes(lines)).find(said), std::string::npos)
        << message(with_data_volumes(lines));
  }
}

TEST(MachineFileTest, ReadsWhereTheMachineMayLiveAndWhatIsKept) {
  const std::string base = "volume='vol-1'\nimage='ami-1'\ntypes=['t3.small']\n";
  const auto read = [&](const std::string& lines) {
    return parse_machine_toml(base + lines, "a.toml", "a");
  };
  const auto machine = read(
      "zones=['us-east-1a','us-east-1b']\nmove_after='0s'\nkeep_retired='3d'\n"
      "subnets=['subnet-1','subnet-2']\ninitialization_rate=300\nsnapshot_every='24h'\n"
      "keep_snapshots={count=3,age='30d'}\n");
  ASSERT_TRUE(machine) << message(machine);
  EXPECT_EQ(machine->region, "us-east-1");
  EXPECT_TRUE(may_move(*machine));
  EXPECT_EQ(machine->move_after, Duration::zero());
  EXPECT_EQ(machine->keep_retired, std::chrono::hours(72));
  EXPECT_EQ(machine->subnets.size(), 2U);
  EXPECT_EQ(machine->keep_snapshots, (KeepSnapshots{3, std::chrono::hours(24 * 30)}));
  EXPECT_FALSE(may_move(*read("zones=['us-east-1a']")));
  EXPECT_TRUE(may_move(*read("zones='any'")));
  EXPECT_FALSE(may_move(*read("zones='any'\nmove_after='never'")));
  EXPECT_FALSE(may_move(*read("")));
  const std::pair<const char*, const char*> wrong[] = {
      {"zones='all'", "zones must be a list of zones"},
      {"zones=['us-east-1a']\nzone='us-east-1a'", "remove one"},
      {"zones=['us-east-1a','us-west-2a']", "us-west-2a is not in the region us-east-1"},
      {"zones=['us-east-1a','us-east-1a']", "twice"},
      {"zones=['any','us-east-1a']", "keep one or the other"},
      {"zones=['use1-az1']", "a zone's id"},
      {"zones=['us-east-1a','us-east-1b']\nsubnet='subnet-1'", "use subnets"},
      {"subnet='subnet-1'\nsubnets=['subnet-1']", "keep subnets"},
      {"move_after='soon'", "move_after must be \"never\", or a time"},
      {"initialization_rate=99", "100 to 300"},
      {"snapshot_every='5m'", "at least 15 minutes"},
      {"keep_snapshots=0", "1 to 1000"},
      {"keep_snapshots={count=2,ages='1d'}", "1 to 1000"},
      {"keep_snapshots={age=3}", "1 to 1000"},
  };
  for (const auto& [lines, text] : wrong) {
    EXPECT_NE(message(read(lines)).find(text), std::string::npos)
        << lines << ": " << message(read(lines));
  }
}

TEST(MachineFileTest, TheFilesNameIsTheDefaultName) {
  const auto machine =
      parse_machine_toml("volume='vol-1'\nimage='ami-1'\ntypes=['t3.small']", "db.toml", "db");
  ASSERT_TRUE(machine) << message(machine);
  EXPECT_EQ(machine->name.str(), "db");
  EXPECT_EQ(machine->volume.id.str(), "vol-1");
}

TEST(MachineFileTest, AnUnknownKeyNamesItsLineAndTheNearestKnownOne) {
  const auto machine = parse_machine_toml("volume='vol-1'\nimag='ami-1'\n", "a.toml", "a");
  EXPECT_EQ(message(machine), "a.toml:2: unknown key 'imag'; did you mean 'image'?");
}

TEST(MachineFileTest, WrongValuesSayWhatTheyMustBe) {
  const auto with = [](const std::string& line) {
    return message(
        parse_machine_toml("volume='vol-1'\nimage='ami-1'\ntypes=['t']\n" + line, "a.toml", "a"));
  };
  EXPECT_EQ(with("engine='magic'"), "a.toml:4: engine must be auto, kexec, replace, pivot or swap");
  EXPECT_EQ(with("markets=['free']"), "a.toml:4: markets must contain spot, on-demand, or both");
  EXPECT_EQ(with("adopt='yes'"), "a.toml:4: adopt must be true or false");
  EXPECT_EQ(with("zone=1"), "a.toml:4: zone must be a string in quotes");
  for (const char* price : {"cheap",    "nan",
                            "inf",      "-inf",
                            "infinity", "0x1",
                            "0x1p3",    "-1",
                            "+1",       "1e2",
                            "1e-2",     " 1",
                            "1 ",       "1.2.3",
                            "1,5",      ".",
                            "",         "0.001",
                            "0",        "1$",
                            "1e999",    "99999999999999999999999999999999999"}) {
    EXPECT_EQ(with("max_price='" + std::string(price) + "'"),
              "a.toml:4: max_price must be US dollars an hour above 0.001, such as \"0.05\"");
  }
  for (const char* price : {"0.0011", "1", "12.", ".5", "00.05", "999999"}) {
    EXPECT_EQ(with("max_price='" + std::string(price) + "'"), "no error") << price;
  }
  for (const char* time : {"10", "m", "-1m", "+1m", "0x1m", "1e1m", "1.5h", " 1m", "1m ", "1mm",
                           "99999999999h", "nan", "100001s"}) {
    EXPECT_EQ(with("on_demand_after='" + std::string(time) + "'"),
              "a.toml:4: on_demand_after must be a time such as \"90s\", \"10m\", \"2h\" or "
              "\"7d\"");
  }
  for (const char* port : {"0", "-1", "65536", "22.0", "'22'", "nan", "inf", "true"}) {
    EXPECT_EQ(with("ssh_port=" + std::string(port)),
              "a.toml:4: ssh_port must be a port, 1 to 65535");
  }
  EXPECT_NE(with("name='a b'").find("name 'a b'"), std::string::npos);
  EXPECT_NE(with("zone=").find("a.toml:4:"), std::string::npos);
}

TEST(MachineFileTest, AnUnattendedMachineSaysWhoItsBodiesAreAndWhomTheyAsk) {
  const auto with = [](const std::string& lines) {
    return parse_machine_toml("volume='vol-1'\nimage='ami-1'\ntypes=['t']\n" + lines, "a.toml",
                              "a");
  };
  EXPECT_EQ(with("")->unattended, std::nullopt) << "the root's tag decides";
  EXPECT_EQ(with("unattended=false")->unattended, false);
  const auto machine =
      with("unattended=true\ncapacity_rebalance=true\nguest_endpoint='http://10.0.0.1:80'\n");
  ASSERT_TRUE(machine) << message(machine);
  EXPECT_EQ(machine->unattended, true);
  EXPECT_TRUE(machine->capacity_rebalance);
  EXPECT_EQ(machine->guest_endpoint, "http://10.0.0.1:80");
  EXPECT_EQ(profile_of(*machine), "ec2spotter-default-a");
  EXPECT_EQ(profile_of(*with("instance_profile='own'")), "own");
  EXPECT_EQ(message(with("unattended='yes'")), "a.toml:4: unattended must be true or false");
  for (const char* endpoint : {"10.0.0.1", "http://a b", "http://$(id)", "ftp://a"}) {
    EXPECT_EQ(message(with("guest_endpoint='" + std::string(endpoint) + "'")),
              "a.toml:4: guest_endpoint must be an http or https address");
  }
  EXPECT_NE(message(with("unattended=true\nengine='swap'")).find("needs a controller"),
            std::string::npos);
  EXPECT_NE(message(with("unattended=true\nengine='replace'")).find("IAM has no condition"),
            std::string::npos);
  EXPECT_NE(message(with("unattended=true\nmarkets=['spot','on-demand']")).find("one market"),
            std::string::npos);
}

TEST(MachineFileTest, WhatIsMissingIsNamed) {
  EXPECT_NE(message(parse_machine_toml("", "a.toml", "a")).find("root volume"), std::string::npos);
  EXPECT_NE(message(parse_machine_toml("volume='v'", "a.toml", "a")).find("image is missing"),
            std::string::npos);
  EXPECT_NE(
      message(parse_machine_toml("volume='v'\nimage='i'", "a.toml", "a")).find("types is missing"),
      std::string::npos);
}

// A machine file whose fourth line is `line`.
Result<Machine> with_line(const std::string& line, const std::string& more = "") {
  return parse_machine_toml("volume='vol-1'\nimage='ami-1'\n" + more + "\n" + line, "a.toml", "a");
}

TEST(MachineFileTest, RequirementsTakeThePlaceOfTypesAndTheOrderIsThenByPrice) {
  const auto machine = with_line(
      "requirements = { vcpus = \"2-4\", memory_gib = \"0.5-\", architecture = \"arm64\", "
      "exclude = [\"t2.*\", \"m5.large\"] }");
  ASSERT_TRUE(machine) << message(machine);
  EXPECT_EQ(machine->requirements, (Requirements{.vcpus = {.min = 2, .max = 4},
                                                 .memory_mib = {.min = 512, .max = {}},
                                                 .architecture = Architecture::arm64,
                                                 .excluded = {"t2.*", "m5.large"}}));
  EXPECT_EQ(machine->pool_order, PoolOrder::price);
  const auto min = with_line("[requirements]\nvcpus = 2\nmemory_gib = 4", "pool_order='capacity'");
  ASSERT_TRUE(min) << message(min);
  EXPECT_EQ(min->requirements, (Requirements{.vcpus = {.min = 2, .max = 2},
                                             .memory_mib = {.min = 4096, .max = 4096},
                                             .architecture = Architecture::x86_64,
                                             .excluded = {}}));
  EXPECT_EQ(min->pool_order, PoolOrder::capacity);
}

TEST(MachineFileTest, WrongRequirementsSayWhatTheyMustBe) {
  const auto with = [](const std::string& inside) {
    return message(with_line("requirements = { vcpus = '2', memory_gib = '4'" + inside + " }"));
  };
  const auto alone = [](const std::string& inside) {
    return message(with_line("requirements = { " + inside + " }"));
  };
  EXPECT_EQ(with(", vcpu = '2'"),
            "a.toml:4: requirements has the unknown key 'vcpu'; did you mean 'vcpus'?");
  EXPECT_EQ(with(", architecture = 'i386'"),
            "a.toml:4: requirements architecture must be x86_64 or arm64");
  for (const char* excluded : {"[1]", "'t2.*'", "['T2.*']", "['']", "['m5 large']"}) {
    EXPECT_NE(with(std::string(", exclude = ") + excluded).find("exclude must"), std::string::npos)
        << excluded;
  }
  EXPECT_EQ(alone("vcpus = '4-2', memory_gib = '4'"),
            "a.toml:4: requirements vcpus has a minimum above its maximum: \"4-2\"; swap them");
  EXPECT_EQ(alone("vcpus = '2 to 4'"),
            "a.toml:4: requirements vcpus must be a number or a range: \"2\", \"2-4\", or \"2-\" "
            "without a maximum");
  EXPECT_EQ(alone("vcpus = '2'"),
            "a.toml:4: requirements must have memory_gib, as EC2 demands; \"0-\" allows any value");
  EXPECT_NE(message(with_line("requirements = '2 vCPUs'")).find("must be a table"),
            std::string::npos);
}

TEST(MachineFileTest, OneOfTypesAndRequirementsDecides) {
  const std::string required = "requirements = { vcpus = '2', memory_gib = '4' }";
  EXPECT_EQ(message(with_line(required, "types = ['t3.small']")),
            "a.toml: the file has both types and requirements, and each says which pools to use; "
            "remove one");
  EXPECT_EQ(
      message(with_line("")),
      "a.toml: types is missing; name at least one instance type, or give requirements instead");
  EXPECT_EQ(message(with_line(required, "pool_order = 'listed'")),
            "a.toml: pool_order = \"listed\" needs the list types, which requirements replace; "
            "use price or capacity");
}

TEST(ClassicConfTest, ReadsTheOriginalsFormWithoutRunningIt) {
  const auto machine = parse_classic_conf(
      "# classic\n"
      "ec2spotter_volume_name=web-root   # the disk\n"
      "export ec2spotter_volume_zone=\"us-east-1a\"\n"
      "ec2spotter_launch_zone='us-east-1a'\n"
      "ec2spotter_instance_type=t3.small\n"
      "ec2spotter_bid_price=0.05\n"
      "ec2spotter_key_name=me\n"
      "ec2spotter_preboot_image_id=ami-1\n"
      "ec2spotter_elastic_ip=\n",
      "example.conf", "example");
  ASSERT_TRUE(machine) << message(machine);
  EXPECT_EQ(machine->name.str(), "example");
  EXPECT_EQ(machine->volume.name_tag, "web-root");
  EXPECT_EQ(machine->zone, "us-east-1a");
  EXPECT_EQ(machine->types, std::vector<std::string>{"t3.small"});
  EXPECT_EQ(machine->max_price, "0.05");
  EXPECT_TRUE(machine->elastic_ip.empty());
}

TEST(ClassicConfTest, ABidIsAPrice) {
  const auto with = [](const std::string& value) {
    return message(
        parse_classic_conf("ec2spotter_volume_name=x\nec2spotter_instance_type=t\n"
                           "ec2spotter_preboot_image_id=ami-1\nec2spotter_bid_price=" +
                               value + "\n",
                           "a.conf", "a"));
  };
  EXPECT_EQ(with("0.05"), "no error");
  for (const char* price : {"nan", "inf", "0x1", "1e2", "-1", "0"}) {
    EXPECT_NE(with(price).find("must be US dollars an hour above 0.001"), std::string::npos)
        << price;
  }
}

TEST(ClassicConfTest, UnattendedIsYesOrNo) {
  const auto with = [](const std::string& value) {
    return parse_classic_conf(
        "ec2spotter_volume_name=x\nec2spotter_instance_type=t\n"
        "ec2spotter_preboot_image_id=ami-1\nec2spotter_unattended=" +
            value + "\n",
        "a.conf", "a");
  };
  EXPECT_EQ(with("yes")->unattended, true);
  EXPECT_EQ(with("no")->unattended, false);
  EXPECT_EQ(with("")->unattended, std::nullopt);
  EXPECT_EQ(message(with("1")), "a.conf:4: ec2spotter_unattended must be yes or no");
}

TEST(ClassicConfTest, RefusesWhatAShellWouldHaveRun) {
  for (const char* line : {"ec2spotter_key_name=$(reboot)", "ec2spotter_key_name=a;reboot",
                           "ec2spotter_key_name=\"open", "rm -rf /"}) {
    const auto machine = parse_classic_conf(line, "a.conf", "a");
    EXPECT_FALSE(machine) << line;
    EXPECT_TRUE(message(machine).starts_with("a.conf:1: ")) << message(machine);
  }
}

// The least that a machine needs, and `more`.
Result<Machine> conf_with(const std::string& more) {
  return parse_classic_conf(
      "ec2spotter_instance_type=t3.medium\nec2spotter_preboot_image_id=ami-1\n" + more + "\n",
      "a.conf", "a");
}

TEST(ClassicConfTest, ReadsTheKeysOfForks) {
  const auto machine =
      conf_with("ec2spotter_volume_id = vol-0a00000000000000a\nec2spotter_hostname=ai.example.com");
  ASSERT_TRUE(machine) << message(machine);
  EXPECT_EQ(machine->volume.id.str(), "vol-0a00000000000000a");
  EXPECT_EQ(machine->instance_name, "ai.example.com");
  EXPECT_EQ(message(conf_with("ec2spotter_volume_id=web-root")),
            "a.conf:3: ec2spotter_volume_id must be a volume's id, vol-...; its Name tag goes into "
            "ec2spotter_volume_name");
}

TEST(ClassicConfTest, FilesOfAnotherModeAreNamedAsSuch) {
  for (const char* key : {"image_name", "control_ip", "volume_size"}) {
    const std::string said = message(conf_with("ec2spotter_" + std::string(key) + "=x"));
    EXPECT_TRUE(said.starts_with("a.conf:3: ec2spotter_" + std::string(key) +
                                 " is for the original's 24x7 mode"))
        << said;
  }
  EXPECT_NE(message(conf_with("ec2spotter_kernel_id=aki-1")).find("remove the line"),
            std::string::npos);
}

TEST(ClassicConfTest, TheRegionFollowsFromTheZone) {
  const std::string volume = "ec2spotter_volume_name=x\n";
  for (const char* zones :
       {"ec2spotter_volume_zone=us-west-2-lax-1a", "ec2spotter_launch_zone=us-west-2a",
        "ec2spotter_volume_zone=us-west-2a\nec2spotter_launch_zone=us-west-2a"}) {
    const auto machine = conf_with(volume + zones);
    ASSERT_TRUE(machine) << message(machine);
    EXPECT_EQ(machine->region, "us-west-2");
  }
  EXPECT_EQ(conf_with(volume)->region, "");
  const auto wrong = conf_with(volume + "ec2spotter_launch_zone=usw2-az1");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().describe(),
            "a.conf: the zone: 'usw2-az1' is a zone's id, and its name differs between "
            "accounts; write the name of a zone, such as us-east-1a");
}

TEST(MachineFileTest, AZoneImpliesItsRegionAndMayNotContradictIt) {
  const std::string toml = "volume = 'x'\nimage = 'ami-1'\ntypes = ['t']\n";
  EXPECT_EQ(parse_machine_toml(toml + "zone = 'eu-west-1b'", "a.toml", "a")->region, "eu-west-1");
  EXPECT_EQ(message(parse_machine_toml(toml + "zone = 'eu-west-1b'\nregion = 'us-east-1'", "a.toml",
                                       "a")),
            "a.toml: the zone eu-west-1b is not in the region us-east-1; correct one of them");
}

class ConfOfAnyNameTest : public testing::Test {
 protected:
  ConfOfAnyNameTest() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    folder_ = std::filesystem::temp_directory_path() /
              ("ec2spotter-" + name + std::to_string(std::random_device{}()));
    std::filesystem::create_directories(folder_);
  }
  ~ConfOfAnyNameTest() override { std::filesystem::remove_all(folder_); }

  Result<Machine> read(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return read_machine_file((folder_ / name).string());
  }

 private:
  std::filesystem::path folder_;
};

TEST_F(ConfOfAnyNameTest, AFileOfClassicKeysIsAClassicOne) {
  const std::string text =
      "ec2spotter_volume_name=web-root\r\nec2spotter_instance_type=t3.medium\r\n"
      "ec2spotter_preboot_image_id=ami-1\r\n";
  const std::pair<const char*, const char*> kNames[] = {{"my.conf_tiny", "my.conf_tiny"},
                                                        {"my.conf", "my"},
                                                        {"my box.conf", "my-box"},
                                                        {"mine.txt", "mine.txt"}};
  for (const auto& [file, name] : kNames) {
    for (const char* head : {"", "\xEF\xBB\xBF", "# mine\n\n  export "}) {
      const auto machine = read(file, head + text);
      ASSERT_TRUE(machine) << message(machine);
      EXPECT_EQ(machine->name.str(), name);
      EXPECT_EQ(machine->volume.name_tag, "web-root");
    }
  }
  const auto toml = read("a.toml", "\xEF\xBB\xBFvolume = 'x'\nimage = 'ami-1'\ntypes = ['t']\n");
  EXPECT_TRUE(toml) << message(toml);
}

TEST(ClassicConfTest, AnUnknownKeyNamesTheNearestKnownOne) {
  EXPECT_EQ(message(parse_classic_conf("\nec2spotter_volumename=x\n", "a.conf", "a")),
            "a.conf:2: unknown key 'ec2spotter_volumename'; did you mean "
            "'ec2spotter_volume_name'?");
}

TEST(ClassicConfTest, AVolumeCannotBeLaunchedInAnotherZone) {
  const auto machine = parse_classic_conf(
      "ec2spotter_volume_name=x\nec2spotter_volume_zone=us-east-1a\n"
      "ec2spotter_launch_zone=us-east-1b\nec2spotter_instance_type=t\n"
      "ec2spotter_preboot_image_id=ami-1\n",
      "a.conf", "a");
  EXPECT_NE(message(machine).find("give both the same zone"), std::string::npos)
      << message(machine);
}

}  // namespace
}  // namespace ec2spotter
