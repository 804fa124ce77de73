// A written machine file is read again as the same machine.
#include "control/files/machine_writing.hpp"

#include <gtest/gtest.h>

#include <random>

#include "control/files/machine_file.hpp"

namespace ec2spotter {
namespace {

Result<Machine> read_again(const Machine& machine) {
  return parse_machine_toml(machine_toml(machine), "web.toml", "web");
}

Machine smallest() {
  Machine machine;
  machine.name = MachineName("web");
  machine.owner = OwnerId("default");
  machine.volume.id = VolumeId("vol-0aaaaaaaaaaaaaaa1");
  machine.image = "ami-1";
  machine.types = {"t3.small"};
  return machine;
}

TEST(MachineWritingTest, WhatHasItsDefaultIsNotWritten) {
  EXPECT_EQ(machine_toml(smallest()),
            "name = \"web\"\nvolume = \"vol-0aaaaaaaaaaaaaaa1\"\nimage = \"ami-1\"\n"
            "types = [\"t3.small\"]\n");
}

TEST(MachineWritingTest, AFullOneInTheOrderOfAPerson) {
  Machine machine = smallest();
  machine.owner = OwnerId("us");
  machine.region = "us-east-1";
  machine.security_groups = {"sg-1", "sg-2"};
  machine.elastic_ip = "198.51.100.7";
  machine.tags = {{"cost center", "4\"2"}, {"team", ""}};
  machine.data_volumes = {
      {.volume = {.id = VolumeId("vol-2"), .name_tag = {}}, .device = "/dev/sdg"}};
  EXPECT_EQ(machine_toml(machine),
            "name = \"web\"\nowner = \"us\"\nregion = \"us-east-1\"\n"
            "volume = \"vol-0aaaaaaaaaaaaaaa1\"\nimage = \"ami-1\"\ntypes = [\"t3.small\"]\n"
            "security_groups = [\"sg-1\", \"sg-2\"]\nelastic_ip = \"198.51.100.7\"\n"
            "\n[tags]\n\"cost center\" = \"4\\\"2\"\n\"team\" = \"\"\n"
            "\n[[data_volumes]]\nvolume = \"vol-2\"\ndevice = \"/dev/sdg\"\n");
  const auto again = read_again(machine);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, machine);
}

// Words of everything that TOML has a form for: quotes, backslashes, control characters, UTF-8.
TEST(MachineWritingTest, AnyTextComesBack) {
  const std::vector<std::string> kParts{"a",
                                        "\"",
                                        "\\",
                                        "'",
                                        "\n",
                                        "\t",
                                        "#",
                                        "]",
                                        "=",
                                        "\x01",
                                        "\x7f",
                                        "\"\"\"",
                                        "'''",
                                        "\xc3\xbc",
                                        "\xe2\x82\xac",
                                        "\xf0\x9f\x98\x80",
                                        " "};
  std::mt19937 random(20261129);  // NOLINT(cert-msc51-cpp): a failure must come again
  const auto word = [&] {
    std::string text = "x";
    for (unsigned i = random() % 8; i > 0; --i) text += kParts[random() % kParts.size()];
    return text;
  };
  for (int round = 0; round < 500; ++round) {
    Machine machine = smallest();
    machine.key_name = word();
    machine.security_groups = {word(), word()};
    machine.instance_name = word();
    machine.instance_profile = word();
    machine.subnet = word();
    for (int i = 0; i < 3; ++i) machine.tags[word()] = word();
    const auto again = read_again(machine);
    ASSERT_TRUE(again) << again.error().message << "\n" << machine_toml(machine);
    EXPECT_EQ(*again, machine) << machine_toml(machine);
  }
}

}  // namespace
}  // namespace ec2spotter
