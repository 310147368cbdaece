using Quai.Oci.Runtime;
using Quai.Runtime.Cgroups;
using Xunit;

namespace Quai.Runtime.Tests.Cgroups;

/// <summary>The same limits as files of both generations of cgroups. The values are those that runc writes for the same configuration.</summary>
public sealed class LimitsTests
{
    private static readonly CgroupLayout s_layout = new([], HasSwapAccounting: true, "blkio.bfq.weight", []);

    private static readonly CgroupLayout s_unified = new([], HasSwapAccounting: true, "io.weight", []) { LimitsHugeReservations = true };

    [Fact]
    public void Nothing_asked_is_nothing_written()
    {
        foreach (Resources none in (Resources[])[new(), new() { Memory = new(), Cpu = new(), BlockIO = new(), Pids = new(), Devices = [] }])
        {
            Assert.Empty(LegacyLimits.Of(none, s_layout));
            Assert.Empty(UnifiedLimits.Of(none, s_unified));
        }
    }

    [Theory]
    [InlineData(67108864L, null, null, "memory.limit_in_bytes=67108864", "memory.max=67108864")]
    [InlineData(67108864L, 134217728L, null, "memory.limit_in_bytes=67108864 memory.memsw.limit_in_bytes=134217728", "memory.max=67108864 memory.swap.max=67108864")]
    [InlineData(67108864L, 67108864L, null, "memory.limit_in_bytes=67108864 memory.memsw.limit_in_bytes=67108864", "memory.max=67108864 memory.swap.max=0")]
    [InlineData(67108864L, -1L, null, "memory.limit_in_bytes=67108864 memory.memsw.limit_in_bytes=-1", "memory.max=67108864 memory.swap.max=max")]
    [InlineData(-1L, -1L, null, "memory.limit_in_bytes=-1 memory.memsw.limit_in_bytes=-1", "memory.max=max memory.swap.max=max")]
    [InlineData(67108864L, null, 33554432L, "memory.limit_in_bytes=67108864 memory.soft_limit_in_bytes=33554432", "memory.max=67108864 memory.low=33554432")]
    public void Memory(long limit, long? swap, long? reservation, string legacy, string unified) =>
        Check(new Resources { Memory = new MemoryResources { Limit = limit, Swap = swap, Reservation = reservation } }, legacy, unified);

    [Fact]
    public void What_only_the_first_generation_has() =>
        Check(new Resources { Memory = new MemoryResources { Swappiness = 0, DisableOOMKiller = true } }, "memory.swappiness=0 memory.oom_control=1", "");

    [Fact]
    public void Without_swap_accounting_swap_is_not_limited() => Assert.Equal(
        "memory.limit_in_bytes=5",
        Text(LegacyLimits.Of(new Resources { Memory = new MemoryResources { Limit = 5, Swap = 7 } }, s_layout with { HasSwapAccounting = false })));

    [Theory]
    [InlineData(2UL, null, null, "cpu.shares=2", "cpu.weight=1")]
    [InlineData(1024UL, null, null, "cpu.shares=1024", "cpu.weight=39")]
    [InlineData(262144UL, null, null, "cpu.shares=262144", "cpu.weight=10000")]
    [InlineData(1UL, null, null, "cpu.shares=1", "cpu.weight=1")]
    [InlineData(null, 50000L, null, "cpu.cfs_quota_us=50000", "cpu.max=50000 100000")]
    [InlineData(null, 150000L, 50000UL, "cpu.cfs_period_us=50000 cpu.cfs_quota_us=150000", "cpu.max=150000 50000")]
    [InlineData(null, -1L, null, "cpu.cfs_quota_us=-1", "cpu.max=max 100000")]
    [InlineData(null, null, 50000UL, "cpu.cfs_period_us=50000", "cpu.max=max 50000")]
    public void Processors(ulong? shares, long? quota, ulong? period, string legacy, string unified) =>
        Check(new Resources { Cpu = new CpuResources { Shares = shares, Quota = quota, Period = period } }, legacy, unified);

    [Fact]
    public void Sets_of_processors_and_real_time() => Check(
        new Resources { Cpu = new CpuResources { Cpus = "0-1", Mems = "0", RealtimePeriod = 1000000, RealtimeRuntime = 950000 } },
        "cpu.rt_period_us=1000000 cpu.rt_runtime_us=950000 cpuset.cpus=0-1 cpuset.mems=0",
        "cpuset.cpus=0-1 cpuset.mems=0");

    [Theory]
    [InlineData(100, "pids.max=100", "pids.max=100")]
    [InlineData(-1, "pids.max=max", "pids.max=max")]
    [InlineData(0, "", "")]
    public void Processes(long limit, string legacy, string unified) => Check(new Resources { Pids = new PidsResources { Limit = limit } }, legacy, unified);

    [Theory]
    [InlineData(10, "io.weight=default 1")]
    [InlineData(500, "io.weight=default 4950")]
    [InlineData(1000, "io.weight=default 10000")]
    public void Weight_of_block_devices(ushort weight, string unified) =>
        Check(new Resources { BlockIO = new BlockIoResources { Weight = weight } }, $"blkio.bfq.weight={weight}", unified);

    [Fact]
    public void Rates_of_block_devices()
    {
        List<ThrottleDevice> bytes = [new() { Major = 8, Minor = 0, Rate = 1048576 }, new() { Major = 8, Minor = 16, Rate = 5 }], operations = [new() { Major = 8, Minor = 0, Rate = 100 }];
        Check(
            new Resources
            {
                BlockIO = new BlockIoResources { ThrottleReadBpsDevice = bytes, ThrottleWriteBpsDevice = bytes[..1], ThrottleReadIOPSDevice = operations, ThrottleWriteIOPSDevice = operations },
            },
            "blkio.throttle.read_bps_device=8:0 1048576 blkio.throttle.read_bps_device=8:16 5 blkio.throttle.write_bps_device=8:0 1048576 blkio.throttle.read_iops_device=8:0 100 blkio.throttle.write_iops_device=8:0 100",
            "io.max=8:0 rbps=1048576 io.max=8:16 rbps=5 io.max=8:0 wbps=1048576 io.max=8:0 riops=100 io.max=8:0 wiops=100");
    }

    [Fact]
    public void Rules_of_devices_are_files_of_the_first_generation_alone() => Check(
        new Resources
        {
            Devices =
            [
                new DeviceRule { Allow = false },
                new DeviceRule { Allow = true, Type = "c", Major = 1, Minor = 3, Access = "rwm" },
                new DeviceRule { Allow = true, Type = "c", Major = 136, Access = "rw" },
                new DeviceRule { Allow = false, Type = "b", Major = -1, Minor = -1 },
            ],
        },
        "devices.deny=a *:* rwm devices.allow=c 1:3 rwm devices.allow=c 136:* rw devices.deny=b *:* rwm",
        "");

    [Fact]
    public void Burst_and_idle() => Check(
        new Resources { Cpu = new CpuResources { Quota = 50000, Period = 100000, Burst = 10000, Idle = 1 } },
        "cpu.cfs_period_us=100000 cpu.cfs_quota_us=50000 cpu.cfs_burst_us=10000 cpu.idle=1",
        "cpu.max=50000 100000 cpu.max.burst=10000 cpu.idle=1");

    [Fact]
    public void Huge_pages_networks_and_rdma() => Check(
        new Resources
        {
            HugepageLimits = [new HugepageLimit { PageSize = "2MB", Limit = 4194304 }],
            Network = new NetworkResources { ClassId = 1048577, Priorities = [new InterfacePriority { Name = "eth0", Priority = 500 }] },
            Rdma = new() { ["mlx5_0"] = new RdmaLimit { HcaHandles = 3, HcaObjects = 10000 }, ["mlx5_1"] = new RdmaLimit { HcaObjects = 5 } },
        },
        "hugetlb.2MB.limit_in_bytes=4194304 net_cls.classid=1048577 net_prio.ifpriomap=eth0 500 rdma.max=mlx5_0 hca_handle=3 hca_object=10000 rdma.max=mlx5_1 hca_object=5",
        "hugetlb.2MB.rsvd.max=4194304 rdma.max=mlx5_0 hca_handle=3 hca_object=10000 rdma.max=mlx5_1 hca_object=5");

    [Fact]
    public void Weights_of_block_devices() => Check(
        new Resources { BlockIO = new BlockIoResources { Weight = 500, WeightDevice = [new WeightDevice { Major = 8, Minor = 16, Weight = 1000 }] } },
        "blkio.bfq.weight=500 blkio.bfq.weight_device=8:16 1000",
        "io.weight=default 4950 io.weight=8:16 10000");

    [Fact]
    public void Files_of_the_second_generation_come_last() => Assert.Equal(
        "pids.max=5 memory.high=7",
        Text(UnifiedLimits.Of(new Resources { Pids = new PidsResources { Limit = 5 }, Unified = new() { ["memory.high"] = "7" } }, s_unified)));

    private static void Check(Resources resources, string legacy, string unified) =>
        Assert.Equal((legacy, unified), (Text(LegacyLimits.Of(resources, s_layout)), Text(UnifiedLimits.Of(resources, s_unified))));

    private static string Text(IEnumerable<(string File, string Value)> files) => string.Join(' ', files.Select(f => $"{f.File}={f.Value}"));
}
