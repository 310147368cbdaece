using System.Net;
using Quai.Networks.Dns;
using Quai.Networks.Dns.HostServers;
using Quai.Networks.Dns.Messages;
using Quai.Networks.Dns.Names;
using Xunit;

namespace Quai.Networks.Tests.Dns;

/// <summary>A container's scope follows its networks, those on them, and the host.</summary>
public sealed class ContainerScopeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-dns-").FullName;
    private readonly ManualTime _time = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void It_is_made_anew_when_something_changed()
    {
        string conf = Path.Combine(_folder, "resolv.conf");
        File.WriteAllText(conf, "nameserver 10.0.0.1\n");
        var scope = new ContainerScope(new HostNameServers(_time, conf, Path.Combine(_folder, "none")));
        Assert.Empty(scope.Current.Networks);
        Assert.Empty(scope.Current.UsableServers);

        NetworkNameTable front = new("front"), back = new("back");
        back.Add(TestScopes.Endpoint("b", "10.2.0.2", null, "db"));
        scope.Set([new NetworkAttachment(front, new Dictionary<string, string> { ["store"] = "web" })], [], null, reachesOutside: true);
        LookupScope first = scope.Current;
        Assert.Same(first, scope.Current);
        Assert.Equal("10.0.0.1:53 True", Servers(first));

        front.Add(TestScopes.Endpoint("a", "10.1.0.2", null, "web"));
        Assert.Equal(["10.1.0.2"], TestScopes.Ask(scope.Current, "store", RecordType.A)!.Texts);
        Assert.Null(TestScopes.Ask(first, "web", RecordType.A));
        Assert.Null(TestScopes.Ask(scope.Current, "db", RecordType.A));
        front.Add(TestScopes.Endpoint("a", "10.1.0.3", null, "renamed"));
        Assert.Null(TestScopes.Ask(scope.Current, "web", RecordType.A));
        Assert.Equal(["10.1.0.3"], TestScopes.Ask(scope.Current, "renamed", RecordType.A)!.Texts);
        front.Remove("a");
        front.Remove("a");
        Assert.Null(TestScopes.Ask(scope.Current, "renamed", RecordType.A));

        File.WriteAllText(conf, "options ndots:1\nnameserver 10.0.0.22\n");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("10.0.0.22:53 True", Servers(scope.Current));
        Assert.True(scope.Current.HasNdots);

        scope.Set([new NetworkAttachment(front), new NetworkAttachment(back)], [IPAddress.Parse("9.9.9.9")], ["edns0"], reachesOutside: false);
        Assert.Equal(["10.2.0.2"], TestScopes.Ask(scope.Current, "db", RecordType.A)!.Texts);
        Assert.Equal("9.9.9.9:53 False", Servers(scope.Current));
        Assert.False(scope.Current.HasNdots);
        Assert.False(scope.Current.ReachesOutside);
    }

    [Fact]
    public async Task Many_may_change_a_network_at_a_time()
    {
        NetworkNameTable table = new("n");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(t => Task.Run(() =>
        {
            for (int i = 0; i < 50; i++)
            {
                table.Add(TestScopes.Endpoint($"{t}-{i}", $"10.{t}.0.{i + 1}", null, $"c{t}-{i}", "all"));
                if (i % 2 == 1)
                {
                    table.Remove($"{t}-{i}");
                }
            }
        })));
        Assert.Equal(200, table.Current.Endpoints.Count);
        Assert.Equal(200 * 4, table.Current.Index.Find(WireName.TryKey("all"))!.IPv4.Length);
    }

    private static string Servers(LookupScope scope) => string.Join(' ', scope.UsableServers.Select(s => $"{s.Address} {s.FromHost}"));
}
