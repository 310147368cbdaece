using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Quai.Api;
using Quai.Api.Containers;
using Quai.Linux.Nftables;

namespace Quai.Benchmarks;

/// <summary>What is computed for one request.</summary>
[MemoryDiagnoser]
public class ApiBenchmarks
{
    private readonly List<ContainerSummary> _list =
        [.. Enumerable.Range(0, 100).Select(i => new ContainerSummary { Id = new string('a', 64), Names = [$"/name-{i}"], Image = "busybox:latest", Command = "sleep 1000", State = "running", Status = "Up 2 minutes" })];

    private readonly NftElement[] _ports = [.. Enumerable.Range(20000, 200).Select(p => new NftElement(new[] { (byte)(p >> 8), (byte)p, (byte)0, (byte)0 }, new byte[8]))];

    private readonly byte[] _create = JsonSerializer.SerializeToUtf8Bytes(
        new ContainerConfig { Image = "busybox", Cmd = ["sleep", "1000"], Env = ["A=1", "B=2"], Labels = new() { ["a"] = "b" } }, ApiJson.Default.ContainerConfig);

    /// <summary>The list of 100 containers, as it is sent.</summary>
    [Benchmark]
    public byte[] WriteList() => JsonSerializer.SerializeToUtf8Bytes(_list, ApiJson.Default.ListContainerSummary);

    /// <summary>A container's config, as it is received.</summary>
    [Benchmark]
    public ContainerConfig? ReadConfig() => JsonSerializer.Deserialize(_create, ApiJson.Default.ContainerConfig);

    /// <summary>The firewall's transaction that publishes 200 ports, up to the system call.</summary>
    [Benchmark]
    public void PublishPorts()
    {
        using var batch = new NftBatch();
        batch.AddElements("quai", "published", _ports);
    }
}
