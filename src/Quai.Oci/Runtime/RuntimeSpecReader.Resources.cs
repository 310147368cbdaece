namespace Quai.Oci.Runtime;

/// <content>Limits: config-linux.md, "resources".</content>
public static partial class RuntimeSpecReader
{
    private static Resources? ResourcesOf(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        Resources value = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "devices": value.Devices = json.List(Rule); break;
                case "memory": value.Memory = Memory(ref json); break;
                case "cpu": value.Cpu = Cpu(ref json); break;
                case "pids": value.Pids = Pids(ref json); break;
                case "blockIO": value.BlockIO = BlockIo(ref json); break;
                case "hugepageLimits": value.HugepageLimits = json.List(Hugepages); break;
                case "unified": value.Unified = json.TextMap(); break;
                case "network": value.Network = Network(ref json); break;
                case "rdma": value.Rdma = json.Map(Rdma); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static NetworkResources? Network(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        NetworkResources value = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "classID": value.ClassId = json.NumberOrNull<uint>(); break;
                case "priorities": value.Priorities = json.List(InterfacePriorityOf); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static InterfacePriority InterfacePriorityOf(ref SpecReader json)
    {
        InterfacePriority value = new();
        json.Begin();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "name": value.Name = json.Text(); break;
                case "priority": value.Priority = json.Number<uint>(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static RdmaLimit Rdma(ref SpecReader json)
    {
        RdmaLimit value = new();
        json.Begin();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "hcaHandles": value.HcaHandles = json.NumberOrNull<uint>(); break;
                case "hcaObjects": value.HcaObjects = json.NumberOrNull<uint>(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static DeviceRule Rule(ref SpecReader json)
    {
        DeviceRule value = new();
        json.Begin();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "allow": value.Allow = json.Flag(); break;
                case "type": value.Type = json.TextOrNull(); break;
                case "major": value.Major = json.NumberOrNull<long>(); break;
                case "minor": value.Minor = json.NumberOrNull<long>(); break;
                case "access": value.Access = json.TextOrNull(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static MemoryResources? Memory(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        MemoryResources value = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "limit": value.Limit = json.NumberOrNull<long>(); break;
                case "reservation": value.Reservation = json.NumberOrNull<long>(); break;
                case "swap": value.Swap = json.NumberOrNull<long>(); break;
                case "kernel": value.Kernel = json.NumberOrNull<long>(); break;
                case "swappiness": value.Swappiness = json.NumberOrNull<ulong>(); break;
                case "disableOOMKiller": value.DisableOOMKiller = json.Flag(); break;
                case "checkBeforeUpdate": value.CheckBeforeUpdate = json.Flag(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static CpuResources? Cpu(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        CpuResources value = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "shares": value.Shares = json.NumberOrNull<ulong>(); break;
                case "quota": value.Quota = json.NumberOrNull<long>(); break;
                case "burst": value.Burst = json.NumberOrNull<ulong>(); break;
                case "period": value.Period = json.NumberOrNull<ulong>(); break;
                case "realtimeRuntime": value.RealtimeRuntime = json.NumberOrNull<long>(); break;
                case "realtimePeriod": value.RealtimePeriod = json.NumberOrNull<ulong>(); break;
                case "cpus": value.Cpus = json.TextOrNull(); break;
                case "mems": value.Mems = json.TextOrNull(); break;
                case "idle": value.Idle = json.NumberOrNull<long>(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static PidsResources? Pids(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        PidsResources value = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "limit": value.Limit = json.Number<long>(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static BlockIoResources? BlockIo(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        BlockIoResources value = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "weight": value.Weight = json.NumberOrNull<ushort>(); break;
                case "leafWeight": value.LeafWeight = json.NumberOrNull<ushort>(); break;
                case "weightDevice": value.WeightDevice = json.List(Weight); break;
                case "throttleReadBpsDevice": value.ThrottleReadBpsDevice = json.List(Throttle); break;
                case "throttleWriteBpsDevice": value.ThrottleWriteBpsDevice = json.List(Throttle); break;
                case "throttleReadIOPSDevice": value.ThrottleReadIOPSDevice = json.List(Throttle); break;
                case "throttleWriteIOPSDevice": value.ThrottleWriteIOPSDevice = json.List(Throttle); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static WeightDevice Weight(ref SpecReader json)
    {
        WeightDevice value = new();
        json.Begin();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "major": value.Major = json.Number<long>(); break;
                case "minor": value.Minor = json.Number<long>(); break;
                case "weight": value.Weight = json.NumberOrNull<ushort>(); break;
                case "leafWeight": value.LeafWeight = json.NumberOrNull<ushort>(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static ThrottleDevice Throttle(ref SpecReader json)
    {
        ThrottleDevice value = new();
        json.Begin();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "major": value.Major = json.Number<long>(); break;
                case "minor": value.Minor = json.Number<long>(); break;
                case "rate": value.Rate = json.Number<ulong>(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static HugepageLimit Hugepages(ref SpecReader json)
    {
        HugepageLimit value = new();
        json.Begin();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "pageSize": value.PageSize = json.Text(); break;
                case "limit": value.Limit = json.Number<ulong>(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }
}
