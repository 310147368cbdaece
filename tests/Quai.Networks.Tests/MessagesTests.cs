using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Quai.Linux;
using Quai.Networks.Drivers;
using Quai.Networks.Drivers.Bridges;
using Quai.Networks.Drivers.Ipvlan;
using Quai.Networks.Drivers.Macvlan;
using Quai.Networks.Drivers.Parents;
using Quai.Networks.Ipam;
using Quai.Networks.Sandboxes;
using Xunit;

namespace Quai.Networks.Tests;

/// <summary>
/// The requests that connect a sandbox, beside those that are expected (<c>Data/*.netlink</c>; <c>QUAI_GOLDEN=write</c> writes them anew):
/// where each is sent, its type, its flags, its header, its attributes by their numbers.
/// </summary>
public sealed class MessagesTests
{
    private static readonly BridgeSettings s_usual = new() { Interface = "quai0" };

    private static readonly BridgeState s_bridge = new(7, InterfaceAddress.Parse("10.231.7.1/24"), null, Own: true, Closed: true);

    [Fact]
    public void Of_a_container_on_one_network() => Matches("one", SandboxSetup.Of([Make("one", s_usual, 0)]));

    [Fact]
    public void Of_a_container_on_two_networks() => Matches("two", SandboxSetup.Of([Make("two", s_usual, 0), Make("one", s_usual with { Mtu = 1400, InterContainer = false }, 1)]));

    [Fact]
    public void Of_a_bridge_that_was_adopted_without_ipv6_in_the_kernel() => Matches("adopted", SandboxSetup.Of([Make("one", s_usual, 0, s_bridge with { Own = false }, ipv6: false)]));

    [Fact]
    public void Of_a_container_that_joins_and_leaves()
    {
        Endpoint one = Make("one", s_usual, 0), two = Make("two", s_usual, 1);
        Matches("joined", SandboxSetup.Joined(two, [one, two]));
        Matches("left", SandboxSetup.Left([two]));
        Assert.Equal(two.Setup.Messages.Count + 1, SandboxSetup.Joined(two, [two]).Messages.Count);
        Assert.Empty(SandboxSetup.Left([]).Messages);
    }

    [Fact]
    public void Of_a_container_without_networks() => Matches("none", SandboxSetup.Of([]));

    [Fact]
    public void Of_a_container_on_a_macvlan_network() => Matches("macvlan", SandboxSetup.Of([Make(new MacvlanKind(), "macvlan_mode=private", 1400)]));

    [Fact]
    public void Of_a_container_that_has_its_parent_for_itself() => Matches("passthru", SandboxSetup.Of([Make(new MacvlanKind(), "macvlan_mode=passthru")]));

    [Fact]
    public void Of_a_container_with_ipv6_on_a_macvlan_network() => Matches("macvlan6", Make(new MacvlanKind(), "macvlan_mode=", ipv6: "fd00:7::2").Setup);

    [Fact]
    public void Of_a_container_on_an_ipvlan_network() => Matches("ipvlan", SandboxSetup.Of([Make(new IpvlanKind(), "ipvlan_flag=vepa")]));

    [Fact]
    public void Of_a_container_on_an_ipvlan_network_that_is_routed() => Matches("ipvlan-l3", SandboxSetup.Of([Make(new IpvlanKind(), "ipvlan_mode=l3s")]));

    [Fact]
    public void That_take_an_interface_out() => Matches("removal", new SandboxSetup(Make(new MacvlanKind(), "macvlan_mode=").Setup.Removal));

    private static Endpoint Make(IChildKind kind, string option, int mtu = 0, string? ipv6 = null)
    {
        string[] words = option.Split('=');
        Dictionary<string, string> options = new() { [words[0]] = words[1] };
        var at = new SandboxInterface(0) { Chosen = 0x2abcdef0 };
        var address = new EndpointAddress(IPAddress.Parse("10.231.7.2"), 24, kind.HasGateway(options) ? IPAddress.Parse("10.231.7.1") : null);
        EndpointAddress? address6 = ipv6 is null ? null : new EndpointAddress(IPAddress.Parse(ipv6), 64, IPAddress.Parse("fd00:7::1"));
        SandboxSetup setup = ChildMessages.Build(kind, new EndpointPlace("vethabcdef0", at, kind.MacOf(null, address.Address), address, address6), new ChildPlace("eth5", 5, mtu), options, ipv6: true);
        return new Endpoint("e", "c", new Network("n", "one", kind.Name, default) { RoutesByInterface = !kind.HasGateway(options) }, "", at, "vethabcdef0", [], setup) { IPv4 = address, IPv6 = address6 };
    }

    private static Endpoint Make(string network, BridgeSettings settings, int number, BridgeState? bridge = null, bool ipv6 = true)
    {
        var at = new SandboxInterface(number);
        var address = new EndpointAddress(IPAddress.Parse($"10.231.{7 + number}.2"), 24, IPAddress.Parse($"10.231.{7 + number}.1"));
        SandboxSetup setup = EndpointMessages.Build(new EndpointPlace($"vethabcdef{number}", at, MacAddress.Of(address.Address), address, null), bridge ?? s_bridge, settings, hairpin: false, ipv6);
        return new Endpoint($"e{number}", "c", new Network("n", network, "bridge", default), "", at, $"vethabcdef{number}", [], setup) { IPv4 = address };
    }

    private static void Matches(string name, SandboxSetup setup)
    {
        var text = new StringBuilder();
        foreach (SandboxMessage message in setup.Messages)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(message.InHost ? "host" : "sandbox")}: {message.What}{Again("again", message.AwaitedErrno)}{Again("also", message.ToleratedErrno)}\n");
            Describe(text, message.Bytes, message.NamespaceOffset, message.InHost ? "sandbox" : "host");
        }

        foreach ((string setting, string value) in setup.Settings.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"setting {setting}={value}\n");
        }

        string path = Path.Combine(Path.GetDirectoryName(ThisFile())!, "Data", name + ".netlink");
        if (Environment.GetEnvironmentVariable("QUAI_GOLDEN") == "write")
        {
            File.WriteAllText(path, text.ToString());
        }

        Assert.Equal(File.ReadAllText(path), text.ToString());
    }

    private static string Again(string word, int errno) => errno > 0 ? $" ({word}: {Errno.Message(errno)})" : "";

    private static void Describe(StringBuilder text, ReadOnlySpan<byte> message, int descriptorAt, string other)
    {
        ushort type = BinaryPrimitives.ReadUInt16LittleEndian(message[4..]), flags = BinaryPrimitives.ReadUInt16LittleEndian(message[6..]);
        Assert.Equal(message.Length, BinaryPrimitives.ReadInt32LittleEndian(message));
        int header = type switch { 16 or 17 or 18 or 19 => 16, 20 => 8, 24 => 12, _ => throw new InvalidOperationException($"type {type}") };
        text.Append(CultureInfo.InvariantCulture, $"  type {type} flags {flags:x} header {Convert.ToHexStringLower(message.Slice(16, header))}\n");
        Attributes(text, message[(16 + header)..], "    ", 16 + header, descriptorAt, other);
    }

    /// <summary>Attributes, and within those marked as nested theirs.</summary>
    private static void Attributes(StringBuilder text, ReadOnlySpan<byte> rest, string indent, int at, int descriptorAt, string other)
    {
        while (rest.Length >= 4)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(rest), type = BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]);
            ReadOnlySpan<byte> value = rest[4..length];
            if ((type & 0x8000) != 0)
            {
                // The other end of a veth pair (IFLA_LINKINFO, IFLA_INFO_DATA, VETH_INFO_PEER) begins with a header, as the message does.
                int header = indent.Length == 8 && (type & 0x7fff) == 1 ? 16 : 0;
                text.Append(CultureInfo.InvariantCulture, $"{indent}{type & 0x7fff}:{(header > 0 ? " header " + Convert.ToHexStringLower(value[..header]) : "")}\n");
                Attributes(text, value[header..], indent + "  ", at + 4 + header, descriptorAt, other);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"{indent}{type}: {(at + 4 == descriptorAt ? $"descriptor of the {other}'s namespace" : Value(value))}\n");
            }

            int step = Math.Min((length + 3) & ~3, rest.Length);
            rest = rest[step..];
            at += step;
        }
    }

    private static string Value(ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> word = value.Length > 1 && value[^1] == 0 ? value[..^1] : default;
        return word.Length > 1 && word.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0 ? $"\"{Encoding.ASCII.GetString(word)}\"" : Convert.ToHexStringLower(value);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
