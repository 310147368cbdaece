using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Oci.Runtime;
using Quai.Runtime.Plans;
using Quai.Runtime.Shims;
using Quai.Runtime.Specs;

namespace Quai.RuntimeCommand.Commands;

/// <summary><c>run</c> and <c>create</c>: a bundle becomes a container.</summary>
internal static unsafe class RunCommand
{
    public static int Execute(ContainerStore store, string[] arguments, bool start)
    {
        Options options = Options.Parse(arguments, ["bundle", "b", "console-socket", "pid-file", "preserve-fds"]);
        string id = options.Id;
        string bundle = Path.GetFullPath(options.Get("bundle", "b") ?? ".");
        RuntimeSpec spec = ReadSpec(bundle);
        spec.Root!.Path = Path.GetFullPath(spec.Root.Path, bundle);
        foreach (Mount mount in spec.Mounts ?? [])
        {
            if (mount.Source is { } source && (mount.Type is "bind" || mount.Options?.Any(o => o is "bind" or "rbind") is true))
            {
                mount.Source = Path.GetFullPath(source, bundle);
            }
        }

        spec.Linux ??= new LinuxSection();
        if (string.IsNullOrEmpty(spec.Linux.CgroupsPath))
        {
            spec.Linux.CgroupsPath = "/quai-runtime/" + id;
        }
        else if (!spec.Linux.CgroupsPath.StartsWith('/'))
        {
            spec.Linux.CgroupsPath = "/" + spec.Linux.CgroupsPath.Replace(":", "/", StringComparison.Ordinal).TrimStart('/');
        }

        bool detached = !start || options.Has("detach", "d");
        bool terminal = spec.Process?.Terminal is true;
        string? consoleSocket = options.Get("console-socket");
        if (terminal && detached && consoleSocket is null)
        {
            throw QuaiException.Invalid("cannot allocate a terminal for a detached container without --console-socket");
        }

        store.Reserve(id);
        bool kept = false, cgroups = true;
        try
        {
            Hooks? hooks = spec.Hooks;
            bool waits = !start || hooks is not null;
            if (waits)
            {
                MakeFifo(store.FifoOf(id));
            }

            Console.Relay? relay = terminal ? Console.Relay.Open(consoleSocket) : null;
            (int pid, int pidfd) = Launch(spec, waits ? store.FifoOf(id) : null, dieWithParent: !detached, relay?.ContainerEnd ?? -1);
            if (options.Get("pid-file") is { } pidFile)
            {
                File.WriteAllText(pidFile, pid.ToString(CultureInfo.InvariantCulture));
            }

            StoredContainer container = new()
            {
                Id = id, Pid = pid, ProcessStart = ContainerStore.StartTimeOf(pid), Bundle = bundle, CgroupsPath = spec.Linux.CgroupsPath,
                OwnPidNamespace = spec.Linux.Namespaces?.Any(n => n.Type == "pid") is true, Created = DateTimeOffset.UtcNow, Annotations = spec.Annotations,
            };
            store.Save(container);
            if (hooks is not null)
            {
                HookRunner.Run([.. hooks.Prestart ?? [], .. hooks.CreateRuntime ?? []], store.StateOf(container));
            }

            if (start && waits)
            {
                StartCommand.Release(store.FifoOf(id), pid);
                HookRunner.Run(hooks?.Poststart ?? [], store.StateOf(container));
            }

            if (detached)
            {
                kept = true;
                return 0;
            }

            int code = Foreground.Wait(pid, pidfd, relay);
            DeleteCommand.RemoveCgroups(spec.Linux.CgroupsPath);
            cgroups = false;
            HookRunner.Run(hooks?.Poststop ?? [], new RuntimeState { Id = id, Status = "stopped", Bundle = bundle, Annotations = spec.Annotations });
            return code;
        }
        finally
        {
            if (!kept)
            {
                if (cgroups)
                {
                    DeleteCommand.RemoveCgroups(spec.Linux.CgroupsPath);
                }

                store.Remove(id);
            }
        }
    }

    /// <summary>Clones and runs a plan in this process.</summary>
    /// <exception cref="Quai.Runtime.RuntimeStartException">A step failed.</exception>
    public static (int Pid, int Pidfd) Launch(RuntimeSpec spec, string? fifo, bool dieWithParent, int consoleFd)
    {
        PlanWriter plan = SpecCompiler.Compile(spec, new SpecCompiler.Settings { DieWithParent = dieWithParent, RedirectStdio = false, StartFifo = fifo });
        return Interpret(plan, consoleFd, -1, fifo is null);
    }

    /// <summary>Runs a plan's block in place.</summary>
    public static (int Pid, int Pidfd) Interpret(PlanWriter plan, int consoleFd, int containerPidfd, bool waitForExecution)
    {
        byte[] block = plan.ToBlock();
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)block.Length, 16);
        block.CopyTo(new Span<byte>(memory, block.Length));
        PlanInterpreter.Relocate(memory, block.Length);
        long* slots = stackalloc long[PlanSlot.Count];
        new Span<long>(slots, PlanSlot.Count).Clear();
        slots[PlanSlot.ConsoleSocket] = consoleFd;
        slots[PlanSlot.ContainerPidfd] = containerPidfd;
        PlanInterpreter.Outcome outcome = PlanInterpreter.Start(memory, slots, waitForExecution);
        NativeMemory.AlignedFree(memory);
        return outcome.Errno == 0 ? (outcome.Pid, outcome.Pidfd) : throw StartFailure.Of(plan.Describe(outcome.FailedStep), outcome.Errno);
    }

    private static RuntimeSpec ReadSpec(string bundle)
    {
        string path = Path.Combine(bundle, "config.json");
        if (!File.Exists(path))
        {
            throw QuaiException.NotFound($"the bundle {bundle} has no config.json");
        }

        RuntimeSpec spec;
        try
        {
            spec = RuntimeSpecReader.ReadSpec(File.ReadAllBytes(path));
        }
        catch (JsonException e)
        {
            throw QuaiException.Invalid($"{path} is not a runtime config: {e.Message}", e);
        }

        return spec.Root is null ? throw QuaiException.Invalid($"{path} names no root") : spec;
    }

    private static void MakeFifo(string path)
    {
        byte[] text = System.Text.Encoding.UTF8.GetBytes(path + '\0');
        fixed (byte* p = text)
        {
            long made = SystemCall.Quick(SystemCallNumber.Mknodat, OpenFlags.AT_FDCWD, (long)p, ProcessConstants.S_IFIFO | 0x180, 0);
            if (made < 0)
            {
                throw new LinuxException("mkfifo", (int)-made, path);
            }
        }
    }
}
