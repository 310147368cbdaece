using System.Text.Json;
using Quai.Api;
using Quai.Api.Containers;
using Quai.Api.Images;
using Quai.Cli.Containers.Views;
using Quai.Cli.Images;
using Xunit;

namespace Quai.Cli.Tests;

/// <summary>Values computed from parts of answers.</summary>
public sealed class AnswerTests
{
    [Fact]
    public void NeighbouringPortsAreJoined()
    {
        List<PortSummary> ports = JsonSerializer.Deserialize("""
            [{"Ports":[{"IP":"0.0.0.0","PrivatePort":81,"PublicPort":81,"Type":"tcp"},{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":80,"Type":"tcp"},
             {"IP":"::","PrivatePort":90,"PublicPort":8090,"Type":"udp"},{"PrivatePort":100,"Type":"tcp"},{"PrivatePort":101,"Type":"tcp"}]}]
            """, ApiJson.Default.ListContainerSummary)![0].Ports;
        Assert.Equal("0.0.0.0:80-81->80-81/tcp, 100-101/tcp, [::]:8090->90/udp", PortList.Show(ports));
    }

    [Fact]
    public void ProgressHasABarWhereThereIsRoom()
    {
        var detail = new ProgressDetail { Current = 500_000, Total = 1_000_000 };
        Assert.Equal("[" + new string('=', 25) + ">" + new string(' ', 25) + "]    500kB/1MB", ProgressDisplay.Bar(detail, "", 200));
        Assert.Equal("   500kB/1MB", ProgressDisplay.Bar(detail, "", 80));
    }
}
