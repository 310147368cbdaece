using Quai.Cli.CommandLine;
using Quai.Cli.Containers.Create;
using Quai.Cli.Formatting;
using Quai.Cli.Images;
using Quai.Cli.Streams;
using Xunit;

namespace Quai.Cli.Tests;

/// <summary>Texts of flags and of tables: sizes, durations, ports, mounts, names.</summary>
public sealed class ValueTests
{
    [Theory]
    [InlineData("512", 512)]
    [InlineData("1k", 1024)]
    [InlineData("1.5GiB", 1610612736)]
    [InlineData("10mb", 10485760)]
    [InlineData("7b", 7)]
    public void Bytes(string text, long expected) => Assert.Equal(expected, FlagValues.Bytes(text));

    [Theory]
    [InlineData("1.5", 1500000000)]
    [InlineData(".5", 500000000)]
    [InlineData("2", 2000000000)]
    public void Cpus(string text, long expected) => Assert.Equal(expected, FlagValues.NanoCpus(text));

    [Fact]
    public void CpusMustFitBillionths() =>
        Assert.Equal("value is too precise", Assert.Throws<FlagValueException>(() => FlagValues.NanoCpus("0.0000000001")).Message);

    [Theory]
    [InlineData("1m30s", 90_000_000_000)]
    [InlineData("1.5h", 5_400_000_000_000)]
    [InlineData("-2ms", -2_000_000)]
    [InlineData("0", 0)]
    public void Durations(string text, long expected) => Assert.Equal(expected, FlagValues.Duration(text));

    [Theory]
    [InlineData("abc", "time: invalid duration \"abc\"")]
    [InlineData("5", "time: missing unit in duration \"5\"")]
    [InlineData("5x", "time: unknown unit \"x\" in duration \"5x\"")]
    [InlineData("", "time: invalid duration \"\"")]
    public void WrongDurations(string text, string message) => Assert.Equal(message, Assert.Throws<FlagValueException>(() => FlagValues.Duration(text)).Message);

    [Theory]
    [InlineData(0, "0B")]
    [InlineData(999, "999B")]
    [InlineData(1982480, "1.98MB")]
    [InlineData(123456789, "123MB")]
    [InlineData(999999, "1e+03kB")]
    public void Sizes(double bytes, string expected) => Assert.Equal(expected, Units.Size(bytes));

    [Theory]
    [InlineData(602112, "588KiB")]
    [InlineData(25275883520, "23.54GiB")]
    public void BinarySizes(double bytes, string expected) => Assert.Equal(expected, Units.BinarySize(bytes));

    [Theory]
    [InlineData(0, "Less than a second")]
    [InlineData(1, "1 second")]
    [InlineData(59, "59 seconds")]
    [InlineData(60, "About a minute")]
    [InlineData(120, "2 minutes")]
    [InlineData(3600, "About an hour")]
    [InlineData(3 * 3600, "3 hours")]
    [InlineData(48 * 3600, "2 days")]
    [InlineData(15 * 86400, "2 weeks")]
    [InlineData(70 * 86400, "2 months")]
    [InlineData(800 * 86400, "2 years")]
    public void HumanDurations(long seconds, string expected) => Assert.Equal(expected, Units.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("80", "80/tcp||")]
    [InlineData("8080:80", "80/tcp||8080")]
    [InlineData("127.0.0.1:8080:80/udp", "80/udp|127.0.0.1|8080")]
    [InlineData("[::1]:8080:80", "80/tcp|::1|8080")]
    [InlineData("127.0.0.1::80", "80/tcp|127.0.0.1|")]
    [InlineData("8000-8001:80-81", "80/tcp||8000 81/tcp||8001")]
    [InlineData("8000-8010:80", "80/tcp||8000-8010")]
    [InlineData("target=80,published=8080", "80/tcp||8080")]
    public void Ports(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', PortSpec.Parse(text).Select(p => $"{p.Port}|{p.Binding.HostIp}|{p.Binding.HostPort}")));

    [Theory]
    [InlineData("abc", "invalid containerPort: abc")]
    [InlineData("80:99999", "invalid containerPort: 99999")]
    [InlineData("x:80", "invalid hostPort: x")]
    [InlineData("80/foo", "invalid proto: foo")]
    [InlineData("1.2.3:80:80", "invalid IP address: 1.2.3")]
    [InlineData("80-82:80-81", "invalid ranges specified for container and host Ports: 80-81 and 80-82")]
    public void WrongPorts(string text, string message) => Assert.Equal(message, Assert.Throws<ExitException>(() => PortSpec.Parse(text)).Message);

    [Theory]
    [InlineData("type=bind", "target is required")]
    [InlineData("foo", "invalid field 'foo' must be a key=value pair")]
    [InlineData("type=bind,target=/x,foo=1", "unexpected key 'foo' in 'foo=1'")]
    [InlineData("type=tmpfs,target=/x,volume-nocopy", "cannot mix 'volume-*' options with mount type 'tmpfs'")]
    [InlineData("type=bind,target=/x,readonly=maybe", "invalid value for readonly: maybe")]
    [InlineData("type=bind,src=/y,target=/x,bind-recursive=writable", "option 'bind-recursive=writable' requires 'readonly' to be specified in conjunction")]
    [InlineData("type=bind,src=/y,target=/x,bind-recursive=readonly", "option 'bind-recursive=readonly' requires 'readonly' to be specified in conjunction")]
    [InlineData("type=bind,src=/y,target=/x,ro,bind-recursive=readonly", "option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction")]
    [InlineData("type=bind,src=/y,target=/x,image-subpath=a", "cannot mix 'image-*' options with mount type 'bind'")]
    [InlineData("type=volume,target=/x,idmap=uids=0-1-1", "cannot mix 'idmap' with mount type 'volume'")]
    public void WrongMounts(string text, string message) => Assert.Equal(message, Assert.Throws<FlagValueException>(() => MountSpec.Parse(text)).Message);

    [Theory]
    [InlineData("foo", "invalid ulimit argument: foo")]
    [InlineData("foo=1", "invalid ulimit type: foo")]
    [InlineData("nofile=2:1", "ulimit soft limit must be less than or equal to hard limit: 2 > 1")]
    public void WrongUlimits(string text, string message) => Assert.Equal(message, Assert.Throws<FlagValueException>(() => Validation.Ulimit(text)).Message);

    [Theory]
    [InlineData("busybox", "busybox", "", "", "docker.io/library/busybox:latest")]
    [InlineData("localhost:5000/a/b", "localhost:5000/a/b", "", "", "localhost:5000/a/b:latest")]
    [InlineData("localhost:5000/a:1", "localhost:5000/a", "1", "", "localhost:5000/a:1")]
    [InlineData("me/a@sha256:ab", "me/a", "", "sha256:ab", "docker.io/me/a@sha256:ab")]
    public void Names(string name, string repository, string tag, string digest, string canonical)
    {
        Assert.Equal((repository, tag, digest), ImageReference.Split(name));
        Assert.Equal(canonical, ImageReference.Canonical(name));
    }

    [Theory]
    [InlineData("FOO", "invalid reference format: repository name (library/FOO) must be lowercase")]
    [InlineData("a:", "invalid reference format")]
    [InlineData("-a", "invalid reference format")]
    [InlineData("", "invalid reference format")]
    public void WrongNames(string name, string message) => Assert.Equal(message, Assert.Throws<ExitException>(() => ImageReference.Check(name)).Message);

    [Fact]
    public void ColumnsAreAligned() => Assert.Equal("NAME          X         Y\nlonger-name   1         2\n", TabWriter.Align("NAME\tX\tY\nlonger-name\t1\t2\n", 10, 3));

    [Fact]
    public void DetachKeysAreHeldBackUntilTheyAreOthers()
    {
        var keys = new DetachKeys(DetachKeys.Default);
        var send = new List<byte>();
        Assert.False(keys.Filter([1, 16], send));
        Assert.Equal([1], send);
        Assert.False(keys.Filter([2], send));
        Assert.Equal([16, 2], send);
        Assert.False(keys.Filter([16], send));
        Assert.Empty(send);
        Assert.True(keys.Filter([17], send));
    }

    [Theory]
    [InlineData("16 16 17", "16 16 17")]
    [InlineData("16 65 17", "16 65 17")]
    [InlineData("16 16 16 16 17", "16 16 16 16 17")]
    public void KeysThatBreakTheDetachSequenceAreAllSentAndBeginNone(string typed, string sent)
    {
        var keys = new DetachKeys(DetachKeys.Default);
        var all = new List<byte>();
        var send = new List<byte>();
        foreach (string key in typed.Split(' '))
        {
            Assert.False(keys.Filter([byte.Parse(key, System.Globalization.CultureInfo.InvariantCulture)], send));
            all.AddRange(send);
        }

        Assert.Equal(sent, string.Join(' ', all));
        Assert.True(keys.Filter([16, 17], send));
    }

    [Fact]
    public void DetachKeysHaveNames()
    {
        Assert.Equal([1, (byte)'x', 0, 28], DetachKeys.Parse("ctrl-a,x,ctrl-@,ctrl-\\"));
        Assert.Throws<ExitException>(() => DetachKeys.Parse("foo"));
    }

    [Fact]
    public void TimestampsAreSeconds()
    {
        Assert.Equal("1357133017.000000000", Timestamp.Parse("2013-01-02T13:23:37Z"));
        Assert.Equal("1357133017.123456700", Timestamp.Parse("2013-01-02T13:23:37.123456789Z"));
        Assert.Equal("1357133017", Timestamp.Parse("1357133017"));
        Assert.Throws<ExitException>(() => Timestamp.Parse("foo"));
    }
}
