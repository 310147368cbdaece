using Quai.Engine.Host;
using Quai.Oci.Images;

namespace Quai.Engine.Tests;

/// <summary>What a processor runs by itself, and what the kernel's handlers add.</summary>
public sealed class PlatformTests : IDisposable
{
    private const string ArmMagic = "7f454c460201010000000000000000000200b700";

    private readonly string _folder = Directory.CreateTempSubdirectory("quai-binfmt-").FullName;

    [Theory]
    [InlineData("fpu sse2", 1)]
    [InlineData("cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3", 2)]
    [InlineData("cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3 avx avx2 bmi1 bmi2 f16c fma abm movbe xsave", 3)]
    [InlineData("avx avx2 bmi1 bmi2 f16c fma abm movbe xsave", 1)]
    public void Levels_of_x64(string flags, int level) => Assert.Equal(level, HostPlatform.X64Level(flags.Split(' ').ToHashSet()));

    [Fact]
    public void This_machine_runs_its_own_and_its_smaller_sister()
    {
        Assert.True(HostPlatform.Runs(Platform.Host));
        Assert.True(HostPlatform.Runs(Platform.Parse(Platform.Host.Architecture == "amd64" ? "linux/386" : "linux/arm/v7")));
        Assert.False(HostPlatform.Runs(Platform.Parse("linux/s390x")));
        Assert.False(HostPlatform.Runs(Platform.Parse("linux/amd64/v9")));
        Assert.False(HostPlatform.Runs(Platform.Host with { Os = "windows" }));
        Assert.StartsWith(Platform.Host.ToString(), HostPlatform.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_handler_it_is_said_how_to_get_one()
    {
        File.WriteAllText(Path.Combine(_folder, "status"), "enabled\n");
        Assert.Contains($"The image is for linux/arm64, this machine is {Platform.Host} and has no emulation for it: install", Missing("linux/arm64"), StringComparison.Ordinal);
        Assert.NotNull(new Emulation(_folder + "/none").Missing(Platform.Parse("linux/arm64")));
    }

    [Fact]
    public void A_fixed_and_enabled_handler_of_the_same_machine_will_do()
    {
        Write("qemu-aarch64", "enabled", "OCF", ArmMagic);
        Assert.Null(Missing("linux/arm64"));
        Assert.NotNull(Missing("linux/arm/v7"));
        Assert.NotNull(Missing("linux/riscv64"));
        Write("qemu-s390x", "enabled", "F", "7f454c4602020100000000000000000000020016");
        Assert.Null(Missing("linux/s390x"));
        Write("qemu-arm", "enabled", "F", "7f454c4601010100000000000000000002002800");
        Assert.Null(Missing("linux/arm/v7"));
    }

    [Fact]
    public void A_handler_that_does_not_help_is_named()
    {
        Write("mine", "enabled", "OC", ArmMagic);
        Assert.Contains("the emulator /usr/bin/qemu is not seen inside containers: set up its binfmt_misc handler mine with flag F", Missing("linux/arm64"), StringComparison.Ordinal);
        Write("mine", "disabled", "F", ArmMagic);
        Assert.Contains($"the binfmt_misc handler mine is disabled: echo 1 > {_folder}/mine", Missing("linux/arm64"), StringComparison.Ordinal);
        Write("mine", "enabled", "F", ArmMagic);
        File.WriteAllText(Path.Combine(_folder, "status"), "disabled\n");
        Assert.Contains("is disabled", Missing("linux/arm64"), StringComparison.Ordinal);
    }

    [Fact]
    public void Handlers_of_other_kinds_are_no_matter()
    {
        File.WriteAllText(Path.Combine(_folder, "jar"), "enabled\ninterpreter /usr/bin/jexec\nflags: \noffset 0\nmagic 504b0304\n");
        File.WriteAllText(Path.Combine(_folder, "python"), "enabled\ninterpreter /usr/bin/python\nflags: F\nextension .py\n");
        File.WriteAllText(Path.Combine(_folder, "broken"), "");
        Assert.Contains("has no emulation for it", Missing("linux/arm64"), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string? Missing(string platform) => new Emulation(_folder).Missing(Platform.Parse(platform));

    private void Write(string name, string state, string flags, string magic) =>
        File.WriteAllText(Path.Combine(_folder, name), $"{state}\ninterpreter /usr/bin/qemu\nflags: {flags}\noffset 0\nmagic {magic}\nmask ffffffffffffff00fffffffffffffffffeffffff\n");
}
