using Quai.Errors;
using Quai.Linux.Mounts;
using Quai.Volumes.Local;
using Xunit;

namespace Quai.Volumes.Tests.Local;

public sealed class LocalTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1024", 1024)]
    [InlineData("10b", 10)]
    [InlineData("1k", 1024)]
    [InlineData("1.5G", 1610612736)]
    [InlineData("2 MiB", 2097152)]
    [InlineData("1TB", 1099511627776)]
    [InlineData("1P", 1125899906842624)]
    public void Sizes_have_binary_units(string text, ulong bytes) => Assert.Equal(bytes, SizeText.Parse("v", text));

    [Theory]
    [InlineData("abc", "create v: invalid size: 'abc'")]
    [InlineData("", "create v: invalid size: ''")]
    [InlineData("-1", "create v: invalid size: '-1'")]
    [InlineData("99999999P", "create v: invalid size: '99999999P'")]
    [InlineData("1x", "create v: invalid suffix: 'x'")]
    [InlineData("1bb", "create v: invalid suffix: 'bb'")]
    [InlineData("1kx", "create v: invalid suffix: 'kx'")]
    [InlineData("1.2.3", "create v: strconv.ParseFloat: parsing \"1.2.3\": invalid syntax")]
    public void Other_sizes_are_refused(string text, string why) => Assert.Equal(why, Assert.Throws<QuaiException>(() => SizeText.Parse("v", text)).Message);

    [Fact]
    public void A_size_without_quotas_is_refused_last()
    {
        string Of(bool quotas, params (string, string)[] options) =>
            Assert.Throws<QuaiException>(() => LocalOptions.Validate("v", options.ToDictionary(o => o.Item1, o => o.Item2), () => quotas)).Message;
        Assert.Equal("create v: quota size requested but no quota support", Of(false, ("size", "1G")));
        Assert.Equal("create v: missing required option: \"device\"", Of(false, ("size", "1G"), ("type", "tmpfs")));
        Assert.Equal("create v: quota size requested but no quota support", Of(false, ("size", "1G"), ("type", "tmpfs"), ("device", "tmpfs")));
        Assert.StartsWith("create v: option \"size\" is for volumes without a type and a device", Of(true, ("size", "1G"), ("type", "tmpfs"), ("device", "tmpfs")));
        Assert.Equal(1UL << 30, LocalOptions.Validate("v", new Dictionary<string, string> { ["size"] = "1G" }, () => true));
        Assert.Equal(0UL, LocalOptions.Validate("v", new Dictionary<string, string> { ["size"] = "0" }, () => throw new InvalidOperationException("asked")));
    }

    [Fact]
    public void Flags_propagation_and_data_are_told_apart()
    {
        MountOptionText options = MountOptionText.Parse("ro,nosuid,,rshared,size=1m,suid,loop,uid=5");
        Assert.Equal((HostMount.MS_RDONLY, HostMount.MS_SHARED | HostMount.MS_REC, true, "size=1m,uid=5"), (options.Flags, options.Propagation, options.Loop, options.Data));
        Assert.Equal((0UL, 0UL, false, ""), (MountOptionText.Parse(",").Flags, MountOptionText.Parse("").Propagation, MountOptionText.Parse("defaults").Loop, MountOptionText.Parse("rw").Data));
        Assert.Equal(" mode=700", MountOptionText.Parse(" mode=700").Data);
    }

    [Theory]
    [InlineData("nfs", ":/x", "addr=localhost,rw", ":/x", "addr=127.0.0.1,rw")]
    [InlineData("nfs4", ":/x", "addr=10.0.0.1", ":/x", "addr=10.0.0.1")]
    [InlineData("nfs", ":/x", "", ":/x", "")]
    [InlineData("cifs", "//localhost/share/a", "user=x", "//127.0.0.1/share/a", "user=x")]
    [InlineData("cifs", "//localhost", "", "//127.0.0.1", "")]
    [InlineData("cifs", "//there/share", "addr=localhost", "//there/share", "addr=127.0.0.1")]
    [InlineData("tmpfs", "//localhost/x", "addr=localhost", "//localhost/x", "addr=localhost")]
    public void Servers_names_become_addresses(string type, string device, string data, string newDevice, string newData) =>
        Assert.Equal((newDevice, newData), NetworkAddress.Resolve(type, device, data));
}
