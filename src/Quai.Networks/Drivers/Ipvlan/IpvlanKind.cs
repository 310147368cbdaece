using System.Net;
using Quai.Errors;
using Quai.Linux.Netlink;
using Quai.Networks.Drivers.Parents;
using Quai.Networks.Records;

namespace Quai.Networks.Drivers.Ipvlan;

/// <summary>ipvlan: all containers share their parent's hardware address and are told apart by their IP addresses. A parent has one mode, so one network.</summary>
internal sealed class IpvlanKind : IChildKind
{
    private const string ModeOption = "ipvlan_mode", FlagOption = "ipvlan_flag";

    /// <inheritdoc/>
    public string Name => "ipvlan";

    /// <inheritdoc/>
    public string DummyPrefix => "di-";

    /// <inheritdoc/>
    public void Check(IReadOnlyDictionary<string, string> options)
    {
        _ = ModeOf(options);
        _ = FlagsOf(options);
    }

    /// <inheritdoc/>
    public QuaiException? Conflict(NetworkRecord wanted, NetworkRecord other) =>
        QuaiException.System($"network {DummyPrefix}{other.Id[..12]} is already using parent interface {wanted.Interface}");

    /// <inheritdoc/>
    public bool HasGateway(IReadOnlyDictionary<string, string> options) => ModeOf(options) == IpvlanMode.L2;

    /// <inheritdoc/>
    public byte[] MacOf(byte[]? asked, IPAddress leased) =>
        asked is null ? [] : throw QuaiException.System("ipvlan interfaces do not support custom mac address assignment");

    /// <inheritdoc/>
    public int Write(NetlinkWriter writer, in StackedLink link, IReadOnlyDictionary<string, string> options) =>
        Links.WriteIpvlan(writer, link, ModeOf(options), FlagsOf(options));

    /// <inheritdoc/>
    public bool IsOnly(IReadOnlyDictionary<string, string> options) => false;

    private static IpvlanMode ModeOf(IReadOnlyDictionary<string, string> options) => options.GetValueOrDefault(ModeOption, "") switch
    {
        "" or "l2" => IpvlanMode.L2,
        "l3" => IpvlanMode.L3,
        "l3s" => IpvlanMode.L3S,
        string other => throw QuaiException.System($"requested ipvlan mode '{other}' is not valid, 'l2' mode is the ipvlan driver default"),
    };

    private static IpvlanFlags FlagsOf(IReadOnlyDictionary<string, string> options) => options.GetValueOrDefault(FlagOption, "") switch
    {
        "" or "bridge" => IpvlanFlags.Bridge,
        "private" => IpvlanFlags.Private,
        "vepa" => IpvlanFlags.Vepa,
        string other => throw QuaiException.System($"requested ipvlan flag '{other}' is not valid, 'bridge' is the ipvlan driver default"),
    };
}
