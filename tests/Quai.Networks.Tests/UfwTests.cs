using System.Diagnostics;
using System.Net;
using Quai.Networks.Ports;
using Xunit;

namespace Quai.Networks.Tests;

/// <summary>Debian's <c>ufw</c>, the program itself, with its configuration in a folder of the test's own: it refuses what is forwarded, and denies ports.</summary>
public sealed class UfwTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly string _root = Directory.CreateTempSubdirectory("ufw-").FullName;

    public UfwTests()
    {
        foreach (string folder in (string[])["/etc/ufw", "/etc/default", "/usr/share/ufw", "/lib/ufw"])
        {
            Directory.CreateDirectory(_root + folder);
            using Process copy = Process.Start("cp", ["-r", folder + "/.", _root + folder]);
            copy.WaitForExit();
            Assert.Equal(0, copy.ExitCode);
        }

        // Elsewhere ufw keeps what it locks.
        Directory.CreateDirectory(_root + "/run");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Containers_reach_out_and_ports_answer_but_those_that_it_denies(bool enabledBefore)
    {
        using var host = new TestHost(before: h =>
        {
            if (enabledBefore)
            {
                Ufw(h, "--force", "enable");
            }
        });
        (NamespaceThread sandbox, _) = host.Run("a", Tcp(8080), Tcp(8081));
        using var server = sandbox.ServeTcp(80);
        using var outside = host.Outside.ServeTcp(99);
        if (!enabledBefore)
        {
            Ufw(host, "--force", "enable");
        }

        Eventually("enabled", () => Reaches(host, 8080) && Reaches(host, 8081) && sandbox.Call(TestHost.OutsideAddress, 99) == TestHost.Address);
        Ufw(host, "deny", "8081/tcp");
        Eventually("denied", () => !Reaches(host, 8081) && Reaches(host, 8080));
        Ufw(host, "reload");
        Eventually("read again", () => !Reaches(host, 8081) && Reaches(host, 8080) && sandbox.Call(TestHost.OutsideAddress, 99) == TestHost.Address);
        Ufw(host, "insert", "1", "deny", "from", TestHost.OutsideAddress);
        Eventually("a source", () => !Reaches(host, 8080) && host.Host.Call(TestHost.Address, 8080) is not null);
        Ufw(host, "delete", "deny", "from", TestHost.OutsideAddress);
        Ufw(host, "delete", "deny", "8081/tcp");
        Eventually("not any more", () => Reaches(host, 8080) && Reaches(host, 8081));
        Assert.Contains("-N ufw-user-input", host.Command("iptables", "-S"), StringComparison.Ordinal);
        Assert.Contains("Status: active", Ufw(host, "status"), StringComparison.Ordinal);
        Ufw(host, "disable");
        Eventually("disabled", () => Reaches(host, 8080) && !host.Command("iptables", "-S").Contains("for quai", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static PortRequest Tcp(ushort port) => new(80, "tcp", IPAddress.Any, port, port);

    private static bool Reaches(TestHost host, int port) => host.Outside.Call(TestHost.Address, port) == TestHost.OutsideAddress;

    private static void Eventually(string what, Func<bool> so)
    {
        for (var spent = Stopwatch.StartNew(); !so(); Thread.Sleep(50))
        {
            Assert.True(spent.Elapsed < s_patience, what);
        }
    }

    private string Ufw(TestHost host, params string[] arguments) => host.Command("ufw", [$"--rootdir={_root}", $"--datadir={_root}", .. arguments]);
}
