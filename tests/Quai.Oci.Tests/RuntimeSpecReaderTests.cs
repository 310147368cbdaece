using System.Text;
using System.Text.Json;
using Quai.Oci.Runtime;

namespace Quai.Oci.Tests;

/// <summary>What a runtime config says is kept or refused, never passed over.</summary>
public sealed class RuntimeSpecReaderTests
{
    [Theory]
    [InlineData("""{"linux":{"intelRdt":{"closID":"x"}}}""", "linux.intelRdt")]
    [InlineData("""{"linux":{"netDevices":{"eth1":{}}}}""", "linux.netDevices")]
    [InlineData("""{"linux":{"memoryPolicy":{"mode":"MPOL_BIND"}}}""", "linux.memoryPolicy")]
    [InlineData("""{"linux":{"resources":{"network":{"classID":7}}}}""", "linux.resources.network")]
    [InlineData("""{"linux":{"resources":{"rdma":{"mlx5_1":{"hcaHandles":3}}}}}""", "linux.resources.rdma")]
    [InlineData("""{"process":{"execCPUAffinity":{"initial":"0"}}}""", "process.execCPUAffinity")]
    public void A_setting_that_cannot_be_kept_is_refused(string config, string place)
    {
        JsonException refused = Assert.Throws<JsonException>(() => RuntimeSpecReader.ReadSpec(Encoding.UTF8.GetBytes(config)));
        Assert.Equal($"{place} is not supported by this runtime", refused.Message);
    }

    [Theory]
    [InlineData("""{"linux":{"intelRdt":null,"netDevices":{},"resources":{"network":{},"rdma":{}},"cgroupsPath":"/x"}}""")]
    [InlineData("""{"linux":{"memoryPolicy":{},"cgroupsPath":"/x"},"process":{"execCPUAffinity":{},"cwd":"/"}}""")]
    public void One_that_is_not_set_is_not(string config) =>
        Assert.Equal("/x", RuntimeSpecReader.ReadSpec(Encoding.UTF8.GetBytes(config)).Linux!.CgroupsPath);
}
