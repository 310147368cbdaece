using System.Net;
using Quai.Errors;
using Quai.Networks.Drivers.Overlay;
using Quai.Networks.Ipam;
using Quai.Networks.Records;
using Xunit;

namespace Quai.Networks.Tests.Overlay;

/// <summary>What options of an overlay network are taken, and what is said of others.</summary>
public sealed class OverlayOptionsTests
{
    private const string Number = "com.docker.network.driver.overlay.vxlanid_list", Local = "quai.overlay.local", Peers = "quai.overlay.peers", Port = "quai.overlay.port", Key = "quai.overlay.key";

    [Fact]
    public void Options_are_read()
    {
        OverlaySettings settings = Read([(Peers, "192.0.2.2, 192.0.2.3"), (Port, "8472"), ("encrypted", ""), (Key, "/etc/quai/key"), ("com.docker.network.driver.mtu", "1300"), ("of.somebody", "x")]);
        Assert.Equal((4097U, "192.0.2.1", 8472, true, "/etc/quai/key", 1300, 88), (settings.Id, settings.Local.ToString(), settings.Port, settings.Encrypted, settings.KeyFile, settings.Mtu, settings.Overhead));
        Assert.Equal(["192.0.2.2", "192.0.2.3"], settings.Peers!.Select(p => p.ToString()));
        Assert.False(Read([("encrypted", "false")]).Encrypted);
        Assert.Equal(((ushort)4789, null, 50), (Read([]).Port, Read([]).Peers, Read([]).Overhead));
        Assert.Equal(70, Read([(Local, "2001:db8::1"), (Peers, "2001:db8::2")]).Overhead);
    }

    [Theory]
    [InlineData(Number, "", "overlay network x needs -o com.docker.network.driver.overlay.vxlanid_list=…: the network's number, the same on all of its hosts")]
    [InlineData(Number, "0", "invalid com.docker.network.driver.overlay.vxlanid_list \"0\": it is a number from 1 to 16777215")]
    [InlineData(Number, "16777216", "invalid com.docker.network.driver.overlay.vxlanid_list \"16777216\": it is a number from 1 to 16777215")]
    [InlineData(Number, "1,2", "invalid com.docker.network.driver.overlay.vxlanid_list \"1,2\": a network has one number here, whichever its subnets")]
    [InlineData(Local, "", "overlay network x needs -o quai.overlay.local=…: this host's address for the tunnels")]
    [InlineData(Local, "eth0", "invalid quai.overlay.local \"eth0\": \"eth0\" is not an IP address")]
    [InlineData(Local, "10.1", "invalid quai.overlay.local \"10.1\": \"10.1\" is not an IP address")]
    [InlineData(Local, "127.0.0.1", "invalid quai.overlay.local \"127.0.0.1\": 127.0.0.1 is no address by which another host is reached")]
    [InlineData(Local, "0.0.0.0", "invalid quai.overlay.local \"0.0.0.0\": 0.0.0.0 is no address by which another host is reached")]
    [InlineData(Peers, "", "invalid quai.overlay.peers \"\": \"\" is not an IP address")]
    [InlineData(Peers, "192.0.2.2,", "invalid quai.overlay.peers \"192.0.2.2,\": \"\" is not an IP address")]
    [InlineData(Peers, "224.0.0.1", "invalid quai.overlay.peers \"224.0.0.1\": 224.0.0.1 is no address by which another host is reached")]
    [InlineData(Peers, "192.0.2.2,192.0.2.2", "invalid quai.overlay.peers \"192.0.2.2,192.0.2.2\": 192.0.2.2 is there twice")]
    [InlineData(Peers, "192.0.2.1", "192.0.2.1 is this host's own address (quai.overlay.local) and cannot be another host's: take it out of quai.overlay.peers")]
    [InlineData(Peers, "2001:db8::2", "host 2001:db8::2 and this host's address 192.0.2.1 are not of one family, which a tunnel's ends must be")]
    [InlineData(Port, "0", "invalid quai.overlay.port \"0\": it is a number from 1 to 65535")]
    [InlineData(Port, "70000", "invalid quai.overlay.port \"70000\": it is a number from 1 to 65535")]
    [InlineData("com.docker.network.driver.mtu", "12", "failed to parse com.docker.network.driver.mtu value: 12: this network's is from 68 to 65535")]
    [InlineData("encrypted", "maybe", "failed to parse encrypted value: maybe (strconv.ParseBool: parsing \"maybe\": invalid syntax)")]
    [InlineData("encrypted", "", "option encrypted needs a key that all of the network's hosts have: give -o quai.overlay.key=FILE")]
    [InlineData(Key, "/etc/key", "option quai.overlay.key=/etc/key is for encrypted networks: add -o encrypted")]
    [InlineData("quai.overlay.peer", "192.0.2.2", "option quai.overlay.peer=192.0.2.2 is none of driver overlay: take it out")]
    [InlineData("com.docker.network.bridge.name", "br0", "option com.docker.network.bridge.name=br0 is none of driver overlay: take it out")]
    [InlineData("quai.egress", "deny any", "option quai.egress cannot be had with driver overlay: what leaves its networks does not pass this host's firewall rules; use driver bridge")]
    public void What_cannot_be_had_is_refused_in_one_sentence(string option, string value, string words)
    {
        (string, string)[] others = option == Peers ? [] : [(Peers, "192.0.2.2")];
        Assert.Equal(words, Assert.Throws<QuaiException>(() => Read([.. others, (option, value)])).Message);
    }

    [Fact]
    public void A_subnet_is_needed_and_a_gateway_is_not()
    {
        NetworkRecord record = RecordOf([]);
        Assert.Equal(
            "overlay network x needs an IPv4 --subnet, the same on all of its hosts, and an --ip-range on each that is its own",
            Assert.Throws<QuaiException>(() => OverlayOptions.Of(record with { Subnets = [] }, new NetworkOptions())).Message);
        Assert.StartsWith(
            "overlay network x needs an IPv6 --subnet",
            Assert.Throws<QuaiException>(() => OverlayOptions.Of(record with { Attributes = new NetworkAttributes { IPv6 = true } }, new NetworkOptions())).Message,
            StringComparison.Ordinal);
        Assert.Equal(
            "overlay network x has no gateway 10.77.0.1, as it leads nowhere but to its own containers: leave out --gateway",
            Assert.Throws<QuaiException>(() => OverlayOptions.Of(record with { Attributes = new NetworkAttributes { Asked = [new AskedSubnet("10.77.0.0/24", null, "10.77.0.1", null)] } }, new NetworkOptions())).Message);
    }

    [Fact]
    public void Encryption_needs_the_daemons_rules()
    {
        NetworkRecord record = RecordOf([(Peers, "192.0.2.2"), ("encrypted", ""), (Key, "/etc/key")]);
        Assert.StartsWith(
            "option encrypted needs this daemon's firewall rules", Assert.Throws<QuaiException>(() => OverlayOptions.Of(record, new NetworkOptions { Firewall = false })).Message, StringComparison.Ordinal);
        Assert.Equal(
            "invalid quai.overlay.key \"key\": it must be an absolute path on this host",
            Assert.Throws<QuaiException>(() => Read([(Peers, "192.0.2.2"), ("encrypted", ""), (Key, "key")])).Message);
    }

    private static OverlaySettings Read((string Option, string Value)[] options) => OverlayOptions.Of(RecordOf(options), new NetworkOptions());

    private static NetworkRecord RecordOf((string Option, string Value)[] options)
    {
        Dictionary<string, string> all = new() { [Number] = "4097", [Local] = "192.0.2.1" };
        foreach ((string option, string value) in options)
        {
            all[option] = value;
        }

        return new NetworkRecord(new string('0', 64), "x", "overlay", null, false, DateTimeOffset.UnixEpoch)
        {
            Options = all, Subnets = [new SubnetRecord(new InterfaceAddress(IPAddress.Parse("10.77.0.1"), 24), null)],
        };
    }
}
