namespace Quai.Oci.Runtime;

/// <content>The program: config.md, "process".</content>
public static partial class RuntimeSpecReader
{
    private static Process? ProcessOf(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        Process value = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "terminal": value.Terminal = json.Flag(); break;
                case "consoleSize": value.ConsoleSize = Size(ref json); break;
                case "user": value.User = UserOf(ref json); break;
                case "args": value.Args = json.Texts() ?? []; break;
                case "commandLine": value.CommandLine = json.TextOrNull(); break;
                case "env": value.Env = json.Texts(); break;
                case "cwd": value.Cwd = json.Text(); break;
                case "capabilities": value.Capabilities = Capabilities(ref json); break;
                case "rlimits": value.Rlimits = json.List(RlimitOf); break;
                case "noNewPrivileges": value.NoNewPrivileges = json.Flag(); break;
                case "apparmorProfile": value.ApparmorProfile = json.TextOrNull(); break;
                case "oomScoreAdj": value.OomScoreAdj = json.NumberOrNull<int>(); break;
                case "selinuxLabel": value.SelinuxLabel = json.TextOrNull(); break;
                case "ioPriority": value.IoPriority = Priority(ref json); break;
                case "scheduler": value.Scheduler = SchedulerOf(ref json); break;
                case "execCPUAffinity": value.ExecCpuAffinity = Affinity(ref json); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static CpuAffinity? Affinity(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        CpuAffinity value = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "initial": value.Initial = json.TextOrNull(); break;
                case "final": value.Final = json.TextOrNull(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static ConsoleSize? Size(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        ConsoleSize value = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "height": value.Height = json.Number<uint>(); break;
                case "width": value.Width = json.Number<uint>(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static User UserOf(ref SpecReader json)
    {
        User value = new();
        json.Begin();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "uid": value.Uid = json.Number<uint>(); break;
                case "gid": value.Gid = json.Number<uint>(); break;
                case "umask": value.Umask = json.NumberOrNull<uint>(); break;
                case "additionalGids": value.AdditionalGids = json.List(static (ref SpecReader json) => json.Number<uint>()); break;
                case "username": value.Username = json.TextOrNull(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static CapabilitySets? Capabilities(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        CapabilitySets value = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "bounding": value.Bounding = json.Texts(); break;
                case "effective": value.Effective = json.Texts(); break;
                case "inheritable": value.Inheritable = json.Texts(); break;
                case "permitted": value.Permitted = json.Texts(); break;
                case "ambient": value.Ambient = json.Texts(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static Rlimit RlimitOf(ref SpecReader json)
    {
        Rlimit value = new();
        json.Begin();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "type": value.Type = json.Text(); break;
                case "hard": value.Hard = json.Number<ulong>(); break;
                case "soft": value.Soft = json.Number<ulong>(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static IoPriority? Priority(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        IoPriority value = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "class": value.Class = json.Text(); break;
                case "priority": value.Priority = json.Number<int>(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }

    private static Scheduler? SchedulerOf(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        Scheduler value = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "policy": value.Policy = json.Text(); break;
                case "nice": value.Nice = json.NumberOrNull<int>(); break;
                case "priority": value.Priority = json.NumberOrNull<int>(); break;
                case "flags": value.Flags = json.Texts(); break;
                case "runtime": value.Runtime = json.NumberOrNull<ulong>(); break;
                case "deadline": value.Deadline = json.NumberOrNull<ulong>(); break;
                case "period": value.Period = json.NumberOrNull<ulong>(); break;
                default: json.Skip(); break;
            }
        }

        return value;
    }
}
