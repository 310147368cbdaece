using System.Text;
using System.Text.Json;
using Quai.Oci.Runtime;

namespace Quai.Oci.Tests;

/// <summary>What a runtime config says is kept or refused, never passed over.</summary>
public sealed class RuntimeSpecReaderTests
{
    [Theory]
    [InlineData("""{"linux":{"intelRdt":{"closID":"x"}}}""", "linux.intelRdt")]
    public void A_setting_that_cannot_be_kept_is_refused(string config, string place)
    {
        JsonException refused = Assert.Throws<JsonException>(() => RuntimeSpecReader.ReadSpec(Encoding.UTF8.GetBytes(config)));
        Assert.Equal($"{place} is not supported by this runtime", refused.Message);
    }

    [Fact]
    public void What_came_with_later_versions_is_read()
    {
        RuntimeSpec spec = RuntimeSpecReader.ReadSpec("""
            {
              "process": {"cwd": "/", "args": ["x"], "execCPUAffinity": {"initial": "0", "final": "1-2"}},
              "linux": {
                "netDevices": {"eth1": {"name": "inside"}}, "memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"]},
                "resources": {"network": {"classID": 7, "priorities": [{"name": "eth0", "priority": 5}]}, "rdma": {"mlx5_1": {"hcaHandles": 3}}}
              }
            }
            """u8);
        Assert.Equal(("0", "1-2"), (spec.Process!.ExecCpuAffinity!.Initial, spec.Process.ExecCpuAffinity.Final));
        Assert.Equal("inside", spec.Linux!.NetDevices!["eth1"].Name);
        Assert.Equal(("MPOL_BIND", "0", "MPOL_F_STATIC_NODES"), (spec.Linux.MemoryPolicy!.Mode, spec.Linux.MemoryPolicy.Nodes, spec.Linux.MemoryPolicy.Flags![0]));
        Assert.Equal((7u, 5u), (spec.Linux.Resources!.Network!.ClassId, spec.Linux.Resources.Network.Priorities![0].Priority));
        Assert.Equal(3u, spec.Linux.Resources.Rdma!["mlx5_1"].HcaHandles);
    }

    [Theory]
    [InlineData("""{"linux":{"intelRdt":null,"netDevices":{},"resources":{"network":{},"rdma":{}},"cgroupsPath":"/x"}}""")]
    [InlineData("""{"linux":{"memoryPolicy":{},"cgroupsPath":"/x"},"process":{"execCPUAffinity":{},"cwd":"/"}}""")]
    public void One_that_is_not_set_is_not(string config) =>
        Assert.Equal("/x", RuntimeSpecReader.ReadSpec(Encoding.UTF8.GetBytes(config)).Linux!.CgroupsPath);
}
