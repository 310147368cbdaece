using System.Net;
using BenchmarkDotNet.Attributes;
using Quai.Networks.Dns.Messages;
using Quai.Networks.Dns.Names;

namespace Quai.Benchmarks;

/// <summary>Answering a container's question by the names on its networks, of which one has 1000 containers; all but the sockets.</summary>
[MemoryDiagnoser]
public class DnsBenchmarks
{
    private readonly byte[] _room = new byte[MessageLayout.LargestUdpSize];
    private readonly LookupScope _scope = new()
    {
        Networks =
        [
            new ScopeNetwork(new NetworkNames("front", [new NamedEndpoint("e", ["web", "www", "0123456789ab"], IPAddress.Parse("10.1.0.2"), null)]), new Dictionary<string, string> { ["store"] = "web" }),
            new ScopeNetwork(new NetworkNames("back", Enumerable.Range(0, 1000).Select(i =>
                new NamedEndpoint($"e{i}", [$"worker-{i}", $"group-{i / 5}", $"{i:x12}"], new IPAddress([10, 2, (byte)(i >> 8), (byte)i]), null)))),
        ],
    };

    private byte[] _name = [], _group = [], _qualified = [], _unknown = [], _reverse = [];

    /// <summary>Makes the questions, and the index of the names, which is made with the first.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        _name = Question("worker-500", RecordType.A);
        _group = Question("group-100", RecordType.A);
        _qualified = Question("worker-500.back", RecordType.A);
        _unknown = Question("some.name.example.com", RecordType.AAAA);
        _reverse = Question("44.1.2.10.in-addr.arpa", RecordType.PTR);
        if (Name() == 0 || Group() == 0 || Qualified() == 0 || Reverse() == 0 || Unknown() != 0)
        {
            throw new InvalidOperationException("a name is not answered as it should be");
        }
    }

    /// <summary>A container's name.</summary>
    [Benchmark]
    public int Name() => Answer(_name);

    /// <summary>A name that five have.</summary>
    [Benchmark]
    public int Group() => Answer(_group);

    /// <summary>A name with its network's.</summary>
    [Benchmark]
    public int Qualified() => Answer(_qualified);

    /// <summary>The name of an address.</summary>
    [Benchmark]
    public int Reverse() => Answer(_reverse);

    /// <summary>A name that is nobody's here, and would be asked of others.</summary>
    [Benchmark]
    public int Unknown() => Answer(_unknown);

    private int Answer(byte[] message) =>
        DnsQuery.Read(message, out DnsQuery query) == QueryReading.Question ? LocalNames.Answer(message, query, _scope, _room.AsSpan(0, query.UdpSize)) : -1;

    private static byte[] Question(string name, RecordType type) =>
        [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. WireName.TryEncode(name)!, 0, (byte)((ushort)type >> 8), (byte)type, 0, 1];
}
