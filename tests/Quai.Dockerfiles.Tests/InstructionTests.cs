using System.Text;
using Quai.Dockerfiles.Ignoring;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Stages;
using Quai.Dockerfiles.Syntax;
using Quai.Dockerfiles.Words;
using Xunit;

namespace Quai.Dockerfiles.Tests;

/// <summary>What instructions mean. What is wrong with them is told in the frontend's tests.</summary>
public sealed class InstructionTests
{
    [Fact]
    public void Stages_are_found_by_name_and_number()
    {
        StageList file = StageList.Read(DockerfileReader.Read("ARG a=1 b\nFROM x AS Base\nRUN y\nFROM base AS b2\nFROM --platform=linux/arm64 z"u8));
        Assert.Equal([("a", "1"), ("b", null)], file.GlobalArguments[0].Variables);
        Assert.Equal([0, 0, 1, 2], ((string[])["BASE", "0", "b2", ""]).Select(t => file.Find(t).Index));
        Assert.Equal(("base", "linux/arm64"), (file.Stages[0].Name, file.Stages[2].From.Platform));
    }

    [Theory]
    [InlineData("type=cache,target=/a,\"id=x,y\",sharing=private", MountKind.Cache, false, "x,y")]
    [InlineData("target=/a", MountKind.Bind, true, "")]
    [InlineData("target=/a,rw", MountKind.Bind, false, "")]
    [InlineData("type=cache,target=/a,readonly=true", MountKind.Cache, true, "")]
    [InlineData("type=secret,id=$x,required=false", MountKind.Secret, true, "value")]
    public void Mounts_are_read(string text, MountKind kind, bool isReadOnly, string id)
    {
        RunMount mount = RunMount.Read(text, default, t => t.Replace("$x", "value", StringComparison.Ordinal));
        Assert.Equal((kind, isReadOnly, id), (mount.Kind, mount.IsReadOnly, mount.Id));
    }

    [Theory]
    [InlineData("1h2m3.5s", "1h2m3.5s")]
    [InlineData("90s", "1m30s")]
    [InlineData("1500us", "1.5ms")]
    [InlineData("0", "0s")]
    [InlineData("-2m", "-2m0s")]
    [InlineData("1", null)]
    [InlineData("x", null)]
    [InlineData("1d", null)]
    public void Durations_are_as_in_Go(string text, string? written) =>
        Assert.Equal(written, GoDuration.TryParse(text, out long time) ? GoDuration.Format(time) : null);

    [Theory]
    [InlineData("64m", 64L << 20)]
    [InlineData("1.5GiB", 3L << 29)]
    [InlineData("10", 10L)]
    [InlineData("2kb", 2048L)]
    [InlineData("x", -1L)]
    public void Sizes_have_units(string text, long bytes) => Assert.Equal(bytes, ByteSize.TryParse(text, out long size) ? size : -1);

    [Theory]
    [InlineData("echo \"$a\" '$a' \\$a $b ${b}", WordOptions.KeepQuotes | WordOptions.KeepEscapes | WordOptions.KeepUnset, "echo \"v\" '$a' \\$a $b ${b}")]
    [InlineData("say \"$a\" '$a' \\$a", WordOptions.IgnoreQuotes, "say \"v\" 'v' $a")]
    public void What_stays_can_be_chosen(string text, WordOptions options, string expected) =>
        Assert.Equal(expected, new WordExpander('\\', n => n == "a" ? "v" : null, options).Expand(text).Text);

    [Fact]
    public void Patterns_of_what_is_ignored_are_read() =>
        Assert.Equal(["a/b", "!c", "d", ".", "e"], IgnoreFile.Read(Encoding.UTF8.GetBytes("\uFEFF# comment\n a/./x/../b/ \r\n! c\n\n/d\n.\ne")));
}
