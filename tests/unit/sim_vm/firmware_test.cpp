// Disks are made with mke2fs and sfdisk, so that what is read is what real tools write.
#include "sim/vm/qemu/firmware.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace ec2spotter::sim {
namespace {

namespace fs = std::filesystem;

std::string menu(const std::string& kernel, const std::string& initrd) {
  return "set default=0\nmenuentry 'A' {\n linux " + kernel + " root=LABEL=r ro\n initrd " +
         initrd + "\n}\n";
}

class FirmwareTest : public testing::Test {
 protected:
  fs::path tree(const std::string& name) { return folder_.path() / name; }

  // An ext4 file system that holds the folder `name`.
  fs::path file_system(const std::string& name) {
    fs::path image = folder_.path() / (name + ".ext4");
    shell("mke2fs -q -t ext4 -d '" + tree(name).string() + "' '" + image.string() + "' 16M");
    return image;
  }

  // A GPT disk with the given file systems as partitions 2, 3 ...
  fs::path disk(const std::vector<fs::path>& parts) {
    fs::path image = folder_.path() / "disk.raw";
    std::string table = "label: gpt\n1: start=1MiB, size=1MiB\n";
    std::string script;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::string at = std::to_string(2 + 16 * i);
      table += std::to_string(2 + i) + ": start=" + at + "MiB, size=16MiB\n";
      script += "dd if='" + parts[i].string() + "' of='" + image.string() + "' bs=1M seek=" + at +
                " conv=notrunc status=none\n";
    }
    shell("truncate -s 64M '" + image.string() + "'\nsfdisk -q '" + image.string() + "' <<EOT\n" +
          table + "EOT\n" + script);
    return image;
  }

  Result<BootFiles> read(const fs::path& image) {
    fs::create_directories(out());
    return read_boot_files(image, out(), -1);
  }
  fs::path out() { return folder_.path() / "out"; }

 private:
  TemporaryFolder folder_;
};

TEST_F(FirmwareTest, BareFileSystem) {
  write_file(tree("root") / "boot/grub/grub.cfg", menu("/boot/vmlinuz-1", "/boot/initrd-1"));
  write_file(tree("root") / "boot/vmlinuz-1", std::string("kernel\0bytes", 12));
  write_file(tree("root") / "boot/initrd-1", "initrd");

  const auto files = read(file_system("root"));

  ASSERT_TRUE(files) << files.error().describe();
  EXPECT_EQ(read_file(files->kernel), std::string("kernel\0bytes", 12));
  EXPECT_EQ(read_file(files->initrd), "initrd");
  EXPECT_EQ(files->arguments, "root=LABEL=r ro");
  EXPECT_EQ(files->title, "A");
}

TEST_F(FirmwareTest, ASeparateBootPartitionComesBeforeAStaleBootFolder) {
  write_file(tree("root") / "boot/grub/grub.cfg", menu("/boot/old", "/boot/old"));
  write_file(tree("root") / "boot/old", "stale");
  write_file(tree("boot") / "grub/grub.cfg", menu("/vmlinuz-2", "/a /b"));
  write_file(tree("boot") / "vmlinuz-2", "newer kernel");
  write_file(tree("boot") / "a", "first,");
  write_file(tree("boot") / "b", "second");

  const auto files = read(disk({file_system("root"), file_system("boot")}));

  ASSERT_TRUE(files) << files.error().describe();
  EXPECT_EQ(read_file(files->kernel), "newer kernel");
  EXPECT_EQ(read_file(files->initrd), "first,second");
}

TEST_F(FirmwareTest, AKernelOnAnotherFileSystemIsFound) {
  write_file(tree("root") / "boot/grub/grub.cfg", menu("(hd0,gpt3)/vmlinuz", "/initrd"));
  write_file(tree("other") / "vmlinuz", "kernel");
  write_file(tree("other") / "initrd", "initrd");

  const auto files = read(disk({file_system("root"), file_system("other")}));

  ASSERT_TRUE(files) << files.error().describe();
  EXPECT_EQ(read_file(files->kernel), "kernel");
}

TEST_F(FirmwareTest, TheNewestBlsEntryIsTakenWhereGrubLeavesItToThem) {
  write_file(tree("boot") / "grub2/grub.cfg", "blscfg\n");
  write_file(tree("boot") / "grub2/grubenv", "kernelopts=quiet\n");
  for (const char* version : {"6.9", "6.10"}) {
    const std::string name = version;
    write_file(tree("boot") / ("loader/entries/os-" + name + ".conf"),
               "title " + name + "\nlinux /vmlinuz-" + name + "\noptions ro $kernelopts\n");
    write_file(tree("boot") / ("vmlinuz-" + name), name);
  }

  const auto files = read(file_system("boot"));

  ASSERT_TRUE(files) << files.error().describe();
  EXPECT_EQ(read_file(files->kernel), "6.10");
  EXPECT_EQ(files->arguments, "ro quiet");
  EXPECT_TRUE(files->initrd.empty());
}

TEST_F(FirmwareTest, NamesWhatIsMissing) {
  write_file(tree("data") / "home/file", "x");
  const auto nothing = read(file_system("data"));
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, Errc::not_found);
  EXPECT_NE(nothing.error().message.find("boot/grub/grub.cfg"), std::string::npos);

  write_file(tree("root") / "boot/grub/grub.cfg", menu("/boot/gone", "/boot/gone"));
  const auto gone = read(file_system("root"));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().message,
            "boot entry 'A' needs /boot/gone, which is on no file system of the disk");

  const fs::path blank = tree("blank.raw");
  write_file(blank, std::string(1 << 20, '\0'));
  EXPECT_EQ(read(blank).error().code, Errc::not_found);
}

}  // namespace
}  // namespace ec2spotter::sim
