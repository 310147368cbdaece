using System.Text.Json;
using Quai.Api;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Networks;
using Quai.CommandLine;
using Xunit;

namespace Quai.Cli.Tests;

/// <summary>The body that <c>network create</c> sends, and what it refuses before; as Docker's own client does.</summary>
public sealed class NetworkRequestTests
{
    [Fact]
    public void NothingAsked()
    {
        JsonElement body = Build();
        Assert.Equal("n", body.Text("Name"));
        Assert.Equal("bridge", body.Text("Driver"));
        Assert.Equal("""{"Driver":"default","Options":{},"Config":[]}""", body.Member("IPAM").GetRawText());
        Assert.Equal(JsonValueKind.Null, body.Member("ConfigFrom").ValueKind);
        Assert.Equal(JsonValueKind.Null, body.Member("EnableIPv4").ValueKind);
        Assert.Equal(JsonValueKind.Null, body.Member("EnableIPv6").ValueKind);
    }

    [Fact]
    public void EverythingAsked()
    {
        JsonElement body = Build(
            "-d", "x", "--attachable", "--aux-address", "a=10.0.0.5", "--config-from", "z", "--config-only", "--gateway", "10.0.0.1", "--ingress", "--internal",
            "--ip-range", "10.0.0.0/25", "--ipam-driver", "i", "--ipam-opt", "a=b", "--ipv4", "--ipv6=false", "--label", "l=1", "--label", "m", "-o", "p=q", "-o", "r",
            "--opt", "s=", "--scope", "local", "--subnet", "10.0.0.0/24");
        Assert.Equal(
            """{"Driver":"i","Options":{"a":"b"},"Config":[{"Subnet":"10.0.0.0/24","IPRange":"10.0.0.0/25","Gateway":"10.0.0.1","AuxiliaryAddresses":{"a":"10.0.0.5"}}]}""",
            body.Member("IPAM").GetRawText());
        Assert.Equal("""{"p":"q","r":"","s":""}""", body.Member("Options").GetRawText());
        Assert.Equal("""{"l":"1","m":""}""", body.Member("Labels").GetRawText());
        Assert.Equal("""{"Network":"z"}""", body.Member("ConfigFrom").GetRawText());
        Assert.True(body.Flag("Internal") && body.Flag("Attachable") && body.Flag("Ingress") && body.Flag("ConfigOnly") && body.Flag("EnableIPv4"));
        Assert.False(body.Flag("EnableIPv6"));
        Assert.Equal("x local", body.Text("Driver") + " " + body.Text("Scope"));
    }

    [Theory]
    [InlineData("--subnet 10.0.0.0/24,10.1.0.0/24 --gateway 10.1.0.1,10.0.0.1 --ip-range 10.1.0.0/25 --aux-address a=10.1.0.7",
        """[{"Subnet":"10.0.0.0/24","Gateway":"10.0.0.1"},{"Subnet":"10.1.0.0/24","IPRange":"10.1.0.0/25","Gateway":"10.1.0.1","AuxiliaryAddresses":{"a":"10.1.0.7"}}]""")]
    [InlineData("--subnet 10.0.0.7/24 --subnet fd00::/64 --gateway fd00::1 --aux-address b=fd00::5 --aux-address a=10.0.0.9",
        """[{"Subnet":"10.0.0.7/24","AuxiliaryAddresses":{"a":"10.0.0.9"}},{"Subnet":"fd00::/64","Gateway":"fd00::1","AuxiliaryAddresses":{"b":"fd00::5"}}]""")]
    [InlineData("--subnet 10.0.0.0", """[{"Subnet":"10.0.0.0"}]""")]
    [InlineData("--subnet x", """[{"Subnet":"x"}]""")]
    [InlineData("--subnet \"10.0.0.0/24\"", """[{"Subnet":"10.0.0.0/24"}]""")]
    [InlineData("--subnet=", "[]")]
    [InlineData("--subnet 10.0.0.0/24 --gateway=", """[{"Subnet":"10.0.0.0/24"}]""")]
    public void WhatBelongsToASubnetIsPutToIt(string options, string configs) => Assert.Equal(configs, Build(options.Split(' ')).Member("IPAM").Member("Config").GetRawText());

    [Theory]
    [InlineData("--subnet 10.0.0.0/24 --subnet 10.0.0.0/16", "multiple overlapping subnet configuration is not supported")]
    [InlineData("--subnet 10.0.0.0/24,10.0.0.0/24", "multiple overlapping subnet configuration is not supported")]
    [InlineData("--gateway 10.0.0.1", "every ip-range or gateway must have a corresponding subnet")]
    [InlineData("--ip-range 10.0.0.1/25", "every ip-range or gateway must have a corresponding subnet")]
    [InlineData("--aux-address a=10.0.0.1", "no matching subnet for aux-address 10.0.0.1")]
    [InlineData("--subnet 10.0.0.0/24 --aux-address a", "no matching subnet for aux-address ")]
    [InlineData("--subnet 10.0.0.0/24 --aux-address =x", "no matching subnet for aux-address x")]
    [InlineData("--subnet 10.0.0.0/24 --gateway 10.1.0.1", "no matching subnet for gateway 10.1.0.1")]
    [InlineData("--subnet 10.0.0.0/24 --gateway x", "no matching subnet for gateway x")]
    [InlineData("--subnet 10.0.0.0/24 --gateway 10.01.0.1", "no matching subnet for gateway 10.01.0.1")]
    [InlineData("--subnet 10.0.0.0/24 --gateway x/y", "invalid CIDR address: x/y")]
    [InlineData("--subnet 10.0.0.0/24 --ip-range 10.1.0.0/25", "no matching subnet for range 10.1.0.0/25")]
    [InlineData("--subnet 10.0.0.0/24 --ip-range 10.0.0.0/99", "invalid CIDR address: 10.0.0.0/99")]
    [InlineData("--subnet 10.0.0.0/24 --ip-range 10.0.0.7", "invalid CIDR address: 10.0.0.7")]
    [InlineData("--subnet 10.0.0.0/24,10.1.0.0/24 --ip-range 10.0.0.0/25,10.0.0.128/25", "cannot configure multiple ranges (10.0.0.128/25, 10.0.0.0/25) on the same subnet (10.0.0.0/24)")]
    [InlineData("--subnet 10.0.0.0/24,10.1.0.0/24 --gateway 10.0.0.1,10.0.0.2", "cannot configure multiple gateways (10.0.0.2, 10.0.0.1) for the same subnet (10.0.0.0/24)")]
    [InlineData("--subnet x --gateway 10.0.0.1", "invalid subnet: invalid CIDR address: x")]
    [InlineData("--subnet x --subnet y", "invalid subnet: invalid CIDR address: y")]
    public void WhatDoesNotFitIsRefused(string options, string message)
    {
        ExitException error = Assert.Throws<ExitException>(() => Build(options.Split(' ')));
        Assert.Equal((1, message), (error.Code, error.Message));
    }

    [Theory]
    [InlineData("--subnet=\"a", "invalid argument \"\\\"a\" for \"--subnet\" flag: parse error on line 1, column 3: extraneous or missing \" in quoted-field")]
    [InlineData("--subnet=\"a\"b", "invalid argument \"\\\"a\\\"b\" for \"--subnet\" flag: parse error on line 1, column 3: extraneous or missing \" in quoted-field")]
    [InlineData("--subnet=a\"b", "invalid argument \"a\\\"b\" for \"--subnet\" flag: parse error on line 1, column 2: bare \" in non-quoted-field")]
    [InlineData("--label==x", "invalid argument \"=x\" for \"--label\" flag: invalid label '=x': empty name")]
    [InlineData("--ipv4=maybe", "invalid argument \"maybe\" for \"--ipv4\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax")]
    public void WordsThatAreNoValue(string option, string message) => Assert.Equal(message, FlagWords.Of(Assert.Throws<FlagException>(() => Build(option))));

    [Theory]
    [InlineData("", new string[0])]
    [InlineData("a", new[] { "a" })]
    [InlineData("a,,b,", new[] { "a", "", "b", "" })]
    [InlineData("\"a,b\",\"c\"\"d\"", new[] { "a,b", "c\"d" })]
    public void ValuesWithCommas(string text, string[] parts) => Assert.Equal(parts, CommaList.Parse(text));

    private static JsonElement Build(params string[] options)
    {
        var command = new CreateNetwork("network create");
        string[] rest = [.. command.Flags.Parse([.. options, "n"], interspersed: true)];
        return JsonSerializer.SerializeToElement(command.Request(Assert.Single(rest)), ApiJson.Default.NetworkCreateRequest);
    }
}
