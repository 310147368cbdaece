using System.Net;
using Quai.Errors;
using Quai.Linux.Xfrm;
using Quai.Networks.Drivers.Overlay;
using Xunit;

namespace Quai.Networks.Tests.Overlay;

/// <summary>Keys, their files, and what follows from them.</summary>
public sealed class OverlayKeyTests : IDisposable
{
    // Computed by another implementation.
    private const uint ExpectedSpi = 0x8477f48f;
    private const string ExpectedKey = "d6587dd6fbde1b0d155e0a922395890cb0d16b67952e38c8fd78d35ea894e0dcc13483d3";

    private static readonly IPAddress s_one = IPAddress.Parse("192.0.2.1"), s_other = IPAddress.Parse("192.0.2.2");

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Each_network_pair_and_direction_has_its_own_and_both_ends_agree()
    {
        var key = new OverlayKey(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());
        var network = new OverlaySettings(4097, s_one);
        XfrmState here = TunnelKeys.StateOf(network, key, s_one, s_other), there = TunnelKeys.StateOf(network with { Local = s_other }, key, s_one, s_other);
        Assert.Equal((here.Spi, Convert.ToHexString(here.Key.Span)), (there.Spi, Convert.ToHexString(there.Key.Span)));
        Assert.Equal(36, here.Key.Length);
        Assert.Equal(0x4f001001U, here.RequestId);
        XfrmState[] different =
        [
            here,
            TunnelKeys.StateOf(network, key, s_other, s_one),
            TunnelKeys.StateOf(network with { Id = 4098 }, key, s_one, s_other),
            TunnelKeys.StateOf(network, new OverlayKey(new byte[32]), s_one, s_other),
            TunnelKeys.StateOf(network, key, s_one, IPAddress.Parse("192.0.2.3")),
        ];
        Assert.Equal(5, different.Select(s => Convert.ToHexString(s.Key.Span)).Distinct().Count());
        Assert.Equal(5, different.Select(s => s.Spi).Distinct().Count());

        // As any host must derive it, of whichever version: HKDF-SHA256 without salt.
        Assert.Equal((ExpectedSpi, ExpectedKey), (here.Spi, Convert.ToHexStringLower(here.Key.Span)));
    }

    [Fact]
    public void A_file_is_its_owners_alone_and_holds_a_key()
    {
        File.WriteAllText(_file, new string('7', 64) + "\n");
        File.SetUnixFileMode(_file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        OverlayKey key = OverlayKey.Read(_file);
        Assert.Equal(new string('7', 64), Convert.ToHexStringLower(key.Secret));
        Assert.DoesNotContain("7", key.ToString(), StringComparison.Ordinal);

        File.SetUnixFileMode(_file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Equal($"key file {_file} (mode 0640, owner 0) can be read or changed by others: give it to root and chmod 0600 it", Refusal(_file));
        File.SetUnixFileMode(_file, UnixFileMode.UserRead);
        foreach (string wrong in (string[])["", new string('7', 63), new string('7', 65), new string('x', 64), new string('7', 5000)])
        {
            File.WriteAllText(_file, wrong);
            Assert.Equal($"key file {_file} does not hold a key: it is 64 hex digits, as \"openssl rand -hex 32\" writes them", Refusal(_file));
        }

        Assert.Equal("key file /nowhere/key does not exist on this host", Refusal("/nowhere/key"));
        Assert.Equal("key file /tmp is not a regular file", Refusal("/tmp"));
        Assert.Throws<QuaiException>(() => new OverlayKey(new byte[31]));
    }

    private static string Refusal(string path) => Assert.Throws<QuaiException>(() => OverlayKey.Read(path)).Message;
}
