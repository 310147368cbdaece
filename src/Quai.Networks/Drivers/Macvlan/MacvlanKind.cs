using System.Net;
using Quai.Errors;
using Quai.Linux.Netlink;
using Quai.Networks.Drivers.Parents;
using Quai.Networks.Ipam;
using Quai.Networks.Records;

namespace Quai.Networks.Drivers.Macvlan;

/// <summary>macvlan: each container has a hardware address of its own on its parent's network.</summary>
internal sealed class MacvlanKind : IChildKind
{
    private const string ModeOption = "macvlan_mode";

    /// <inheritdoc/>
    public string Name => "macvlan";

    /// <inheritdoc/>
    public string DummyPrefix => "dm-";

    /// <inheritdoc/>
    public void Check(IReadOnlyDictionary<string, string> options) => _ = ModeOf(options);

    /// <inheritdoc/>
    public QuaiException? Conflict(NetworkRecord wanted, NetworkRecord other) =>
        ModeOf(wanted.Options) == MacvlanMode.Passthru
            ? QuaiException.System($"cannot use mode passthru, macvlan network {other.Id} is already using parent interface {wanted.Interface}")
            : ModeOf(other.Options) == MacvlanMode.Passthru
                ? QuaiException.System($"macvlan network {other.Id} is already using parent interface {wanted.Interface} in mode passthru")
                : null;

    /// <inheritdoc/>
    public bool HasGateway(IReadOnlyDictionary<string, string> options) => true;

    /// <inheritdoc/>
    public byte[] MacOf(byte[]? asked, IPAddress leased) => asked ?? MacAddress.Of(leased);

    /// <inheritdoc/>
    public int Write(NetlinkWriter writer, in StackedLink link, IReadOnlyDictionary<string, string> options) => Links.WriteMacvlan(writer, link, ModeOf(options));

    /// <inheritdoc/>
    public bool IsOnly(IReadOnlyDictionary<string, string> options) => ModeOf(options) == MacvlanMode.Passthru;

    private static MacvlanMode ModeOf(IReadOnlyDictionary<string, string> options) => options.GetValueOrDefault(ModeOption, "") switch
    {
        "" or "bridge" => MacvlanMode.Bridge,
        "private" => MacvlanMode.Private,
        "vepa" => MacvlanMode.Vepa,
        "passthru" => MacvlanMode.Passthru,
        string other => throw QuaiException.System($"requested macvlan mode '{other}' is not valid, 'bridge' mode is the macvlan driver default"),
    };
}
