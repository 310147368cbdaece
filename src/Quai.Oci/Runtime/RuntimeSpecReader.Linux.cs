namespace Quai.Oci.Runtime;

/// <content>The Linux section: config-linux.md.</content>
public static partial class RuntimeSpecReader
{
    private static LinuxSection? Linux(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        LinuxSection value = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "namespaces": value.Namespaces = json.List(Namespace); break;
                case "uidMappings": value.UidMappings = json.List(Mapping); break;
                case "gidMappings": value.GidMappings = json.List(Mapping); break;
                case "devices": value.Devices = json.List(DeviceOf); break;
                case "cgroupsPath": value.CgroupsPath = json.TextOrNull(); break;
                case "resources": value.Resources = ResourcesOf(ref json); break;
                case "rootfsPropagation": value.RootfsPropagation = json.TextOrNull(); break;
                case "seccomp": value.Seccomp = SeccompOf(ref json); break;
                case "sysctl": value.Sysctl = json.TextMap(); break;
                case "maskedPaths": value.MaskedPaths = json.Texts(); break;
                case "readonlyPaths": value.ReadonlyPaths = json.Texts(); break;
                case "mountLabel": value.MountLabel = json.TextOrNull(); break;
                case "personality": value.Personality = PersonalityOf(ref json); break;
                case "timeOffsets": value.TimeOffsets = json.Map(Offset); break;
                case "memoryPolicy": value.MemoryPolicy = Policy(ref json); break;
                case "netDevices": value.NetDevices = json.Map(NetDeviceOf); break;
                case "intelRdt": json.Refuse(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static MemoryPolicy? Policy(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        MemoryPolicy value = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "mode": value.Mode = json.Text(); break;
                case "nodes": value.Nodes = json.TextOrNull(); break;
                case "flags": value.Flags = json.Texts(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static NetDevice NetDeviceOf(ref SpecReader json)
    {
        NetDevice value = new();
        json.Begin();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "name": value.Name = json.TextOrNull(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static Personality? PersonalityOf(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        Personality value = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "domain": value.Domain = json.Text(); break;
                case "flags": value.Flags = json.Texts(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static TimeOffset Offset(ref SpecReader json)
    {
        TimeOffset value = new();
        json.Begin();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "secs": value.Secs = json.Number<long>(); break;
                case "nanosecs": value.Nanosecs = json.Number<uint>(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static LinuxNamespace Namespace(ref SpecReader json)
    {
        LinuxNamespace value = new();
        json.Begin();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "type": value.Type = json.Text(); break;
                case "path": value.Path = json.TextOrNull(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static Device DeviceOf(ref SpecReader json)
    {
        Device value = new();
        json.Begin();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "type": value.Type = json.Text(); break;
                case "path": value.Path = json.Text(); break;
                case "major": value.Major = json.Number<long>(); break;
                case "minor": value.Minor = json.Number<long>(); break;
                case "fileMode": value.FileMode = json.NumberOrNull<uint>(); break;
                case "uid": value.Uid = json.NumberOrNull<uint>(); break;
                case "gid": value.Gid = json.NumberOrNull<uint>(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static Seccomp? SeccompOf(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        Seccomp value = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "defaultAction": value.DefaultAction = json.Text(); break;
                case "defaultErrnoRet": value.DefaultErrnoRet = json.NumberOrNull<uint>(); break;
                case "architectures": value.Architectures = json.Texts(); break;
                case "flags": value.Flags = json.Texts(); break;
                case "listenerPath": value.ListenerPath = json.TextOrNull(); break;
                case "listenerMetadata": value.ListenerMetadata = json.TextOrNull(); break;
                case "syscalls": value.Syscalls = json.List(Syscall); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static SeccompSyscall Syscall(ref SpecReader json)
    {
        SeccompSyscall value = new();
        json.Begin();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "names": value.Names = json.Texts() ?? []; break;
                case "action": value.Action = json.Text(); break;
                case "errnoRet": value.ErrnoRet = json.NumberOrNull<uint>(); break;
                case "args": value.Args = json.List(Argument); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static SeccompArg Argument(ref SpecReader json)
    {
        SeccompArg value = new();
        json.Begin();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "index": value.Index = json.Number<uint>(); break;
                case "value": value.Value = json.Number<ulong>(); break;
                case "valueTwo": value.ValueTwo = json.Number<ulong>(); break;
                case "op": value.Op = json.Text(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }
}
